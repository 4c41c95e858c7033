import Mail
import TestSupport
import Testing

/// What holds when many deliver at once, or change their minds.
extension MailPromise {
    static let crowds = [
        MailPromise("deliversManyMailsAtOnce", deliversManyMailsAtOnce),
        MailPromise("deliversThroughSeveralTransportsAtOnce", deliversThroughSeveralTransportsAtOnce),
        MailPromise("endsACancelledDeliverySoon", endsACancelledDeliverySoon),
    ]

    /// More than the transport has threads or connections for.
    private static func deliversManyMailsAtOnce(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            let mails = try (1...50).map { try ComposedMail.sample("mail-\($0)", body: "\($0)\r\n.\r\n") }
            try await withThrowingDiscardingTaskGroup { group in
                for mail in mails { group.addTask { try await transport.deliver(mail) } }
            }
            try place.expect(mails)
        }
    }

    private static func deliversThroughSeveralTransportsAtOnce(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            let mails = try (1...12).map { try ComposedMail.sample("mail-\($0)") }
            let transports = [transport, try place.transport(), try place.transport()]
            try await withThrowingDiscardingTaskGroup { group in
                for (number, mail) in mails.enumerated() {
                    group.addTask { try await transports[number % 3].deliver(mail) }
                }
            }
            try place.expect(mails)
        }
    }

    /// It has arrived or has not, and the next one is not concerned.
    private static func endsACancelledDeliverySoon(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            let (cancelled, next) = (try ComposedMail.sample("cancelled"), try ComposedMail.sample("next"))
            let attempt = Attempt { try await transport.deliver(cancelled) }
            attempt.cancel()
            let hasArrived: Bool
            switch try await attempt.ends() {
            case .success: hasArrived = true
            case .failure(let error):
                #expect((error as? DeliveryError)?.permanence == .transient, "\(error)")
                hasArrived = try !place.mails().isEmpty
            }
            try await transport.deliver(next)
            try place.expect(hasArrived ? [cancelled, next] : [next])
        }
    }
}
