import Mail
import TestSupport
import Testing

/// What holds while the place cannot be reached, and afterwards.
extension MailPromise {
    static let outages = [
        MailPromise("asksToTryAgainWhileThePlaceIsAway", asksToTryAgainWhileThePlaceIsAway),
        MailPromise("deliversAgainOnceThePlaceIsBack", deliversAgainOnceThePlaceIsBack),
    ]

    /// And soon: whoever waits for it has other mails to deliver.
    private static func asksToTryAgainWhileThePlaceIsAway(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            try await place.goAway()
            let mail = try ComposedMail.sample("mail")
            let works: [@Sendable () async throws -> Void] = [
                { try await transport.deliver(mail) }, { try await transport.check() },
            ]
            for work in works {
                guard case .failure(let error) = try await Attempt(work).ends() else {
                    Issue.record("it ended as if the place were there")
                    continue
                }
                #expect((error as? DeliveryError)?.permanence == .transient, "\(error)")
            }
        }
    }

    /// With the transport that failed before, and the mail that was not delivered then.
    private static func deliversAgainOnceThePlaceIsBack(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            let (first, second) = (try ComposedMail.sample("first"), try ComposedMail.sample("second"))
            try await transport.deliver(first)
            for _ in 0..<2 {
                try await place.goAway()
                await transport.expectFailure(.transient, of: second)
                try await place.comeBack()
                try await transport.check()
                try place.expect([first])
            }
            try await transport.deliver(second)
            try place.expect([first, second])
        }
    }
}
