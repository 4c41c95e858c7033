import Conformance
import Mail
import Synchronization
import TestSupport
import Testing

/// The double keeps the promises that it stands for.
@Suite(.timeLimit(.minutes(1))) struct MemoryMailTransportTests {
    /// A memory that answers for its mailboxes as the battery's servers do.
    private final class Place: MailPlace {
        private let memory: MemoryMailTransport
        private let silence: Silence

        private final class Silence: Sendable {
            let waiting = Mutex(0)

            func last() async throws(DeliveryError) {
                waiting.withLock { $0 += 1 }
                // Nobody sends anything: a cancellation ends it.
                let (answers, sender) = AsyncStream.makeStream(of: Never.self, bufferingPolicy: .bufferingNewest(1))
                for await _ in answers {}
                withExtendedLifetime(sender) {}
                waiting.withLock { $0 -= 1 }
                throw DeliveryError(permanence: .transient, description: "nobody waited any more")
            }
        }

        init() {
            let silence = Silence()
            self.silence = silence
            memory = MemoryMailTransport { mail throws(DeliveryError) in
                switch mail.recipient {
                case MailRecipient.nobody, MailRecipient.spam:
                    throw DeliveryError(permanence: .permanent, description: "it was refused")
                case MailRecipient.later, MailRecipient.full:
                    throw DeliveryError(permanence: .transient, description: "there is no room")
                case MailRecipient.silent: try await silence.last()
                default: break
                }
            }
        }

        func transport() -> any MailTransport { memory }

        func mails() -> [String] { memory.mails.map(\.text) }

        func waiting() -> Int { silence.waiting.withLock { $0 } }

        func goAway() { memory.isAway = true }

        func comeBack() { memory.isAway = false }
    }

    @Test(arguments: MailPromise.all)
    func keepsThePromiseOfATransport(_ promise: MailPromise) async throws {
        try await promise.check(MailEngine(.replaces) { body in try await body(Place()) })
    }
}
