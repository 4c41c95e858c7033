package import Mail
import Synchronization

/// A transport that keeps mails in a test's own memory; it may be away, or answer as a server would.
package final class MemoryMailTransport: MailTransport {
    /// What a mail is answered: nothing, which takes it, or an error.
    package typealias Answer = @Sendable (ComposedMail) async throws(DeliveryError) -> Void

    private struct State {
        var mails: [ComposedMail] = []
        var isAway = false
    }

    private let answer: Answer
    private let state = Mutex(State())

    /// Creates a transport that takes each mail, or asks `answer` for it.
    package init(answer: @escaping Answer = { _ in }) {
        self.answer = answer
    }

    /// The mails that have arrived, in their order; one that came again has its place from the first time.
    package var mails: [ComposedMail] { state.withLock { $0.mails } }

    /// Whether nothing can be delivered.
    package var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    package func deliver(_ mail: ComposedMail) async throws(DeliveryError) {
        try await check()
        try await answer(mail)
        state.withLock { state in
            if let index = state.mails.firstIndex(where: { $0.messageID == mail.messageID }) {
                state.mails[index] = mail
            } else {
                state.mails.append(mail)
            }
        }
    }

    package func check() async throws(DeliveryError) {
        guard !isAway else { throw DeliveryError(permanence: .transient, description: "the memory is away") }
    }
}
