import Mail
import TestSupport
import Testing

/// What holds where somebody answers for the mailboxes.
extension MailPromise {
    static let refusals = [
        MailPromise("tellsWhomNoAttemptWillReach", tellsWhomNoAttemptWillReach),
        MailPromise("tellsWhatNoAttemptWillDeliver", tellsWhatNoAttemptWillDeliver),
        MailPromise("asksToTryAgainWhereThereWillBeRoom", asksToTryAgainWhereThereWillBeRoom),
        MailPromise("deliversOtherMailsAfterARefusal", deliversOtherMailsAfterARefusal),
        MailPromise("repeatsNoAddress", repeatsNoAddress),
    ]

    static let silence = [
        MailPromise("endsACancelledDeliveryThatWaits", endsACancelledDeliveryThatWaits),
        MailPromise("deliversWhileAnotherMailWaits", deliversWhileAnotherMailWaits),
    ]

    private static func expect(
        _ permanence: DeliveryError.Permanence,
        of recipients: [String],
        by engine: MailEngine
    ) async throws {
        try await engine.withPlace { place, transport in
            for recipient in recipients {
                await transport.expectFailure(permanence, of: try .sample("mail", to: recipient))
            }
            try place.expect([])
        }
    }

    private static func tellsWhomNoAttemptWillReach(_ engine: MailEngine) async throws {
        try await expect(.permanent, of: [MailRecipient.nobody], by: engine)
    }

    private static func tellsWhatNoAttemptWillDeliver(_ engine: MailEngine) async throws {
        try await expect(.permanent, of: [MailRecipient.spam], by: engine)
    }

    private static func asksToTryAgainWhereThereWillBeRoom(_ engine: MailEngine) async throws {
        try await expect(.transient, of: [MailRecipient.later, MailRecipient.full], by: engine)
    }

    private static func deliversOtherMailsAfterARefusal(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            var sent: [ComposedMail] = []
            for (number, recipient) in [MailRecipient.nobody, MailRecipient.full, MailRecipient.spam].enumerated() {
                // Why it fails is said above.
                try? await transport.deliver(try .sample("refused-\(number)", to: recipient))
                sent.append(try .sample("mail-\(number)"))
                try await transport.deliver(sent[number])
            }
            try place.expect(sent)
        }
    }

    /// The words of an error go into logs and dead letters.
    private static func repeatsNoAddress(_ engine: MailEngine) async throws {
        try await engine.withPlace { _, transport in
            for recipient in [MailRecipient.nobody, MailRecipient.spam, MailRecipient.later, MailRecipient.full] {
                let mail = try ComposedMail.sample("mail", to: recipient)
                let error = await #expect(throws: DeliveryError.self) { try await transport.deliver(mail) }
                #expect(error?.description.isEmpty == false && error?.description.contains(recipient) == false)
            }
        }
    }

    // MARK: Silence

    private static func endsACancelledDeliveryThatWaits(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            let silent = try ComposedMail.sample("silent", to: MailRecipient.silent)
            let attempt = Attempt { try await transport.deliver(silent) }
            try await eventually("a delivery that waits", holds: { place.waiting() == 1 })
            attempt.cancel()
            guard case .failure(let error) = try await attempt.ends() else {
                return #expect(Bool(false), "what nobody has answered was delivered")
            }
            #expect((error as? DeliveryError)?.permanence == .transient, "\(error)")
            let next = try ComposedMail.sample("next")
            try await transport.deliver(next)
            try place.expect([next])
        }
    }

    private static func deliversWhileAnotherMailWaits(_ engine: MailEngine) async throws {
        try await engine.withPlace { place, transport in
            let silent = try ComposedMail.sample("silent", to: MailRecipient.silent)
            let attempt = Attempt { try await transport.deliver(silent) }
            try await eventually("a delivery that waits", holds: { place.waiting() == 1 })
            let mails = try (1...3).map { try ComposedMail.sample("mail-\($0)") }
            for mail in mails { try await transport.deliver(mail) }
            try place.expect(mails)
            attempt.cancel()
            _ = try await attempt.ends()
        }
    }
}
