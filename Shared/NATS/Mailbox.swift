import Messaging
import Synchronization

/// A message that the server sent without being asked.
struct Delivery: Sendable {
    /// Where an answer goes; the server tells there which message of which consumer this is.
    var reply: String
    /// The status line's number, of messages from the server itself.
    var status: String?
    /// The header fields that were asked for.
    var fields: [String: String]
}

/// Those who wait for answers of one connection, and what is known of it.
///
/// libnats calls from threads of its own; nothing here blocks them.
final class Mailbox: Sendable {
    typealias Answer = Result<[UInt8], MessagingError>

    /// What the library has said of its connection last.
    enum Line: Sendable {
        case none, connected, lost, closed
    }

    private struct State {
        var line = Line.none
        var nextToken: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Answer, Never>] = [:]
        var connections = 0
    }

    private let state = Mutex(State())

    /// What is known of the connection, without asking the library, which may be busy with it.
    var line: Line { state.withLock { $0.line } }

    /// How often a connection was made.
    var connections: Int { state.withLock { $0.connections } }

    /// A token for one request.
    func makeToken() -> UInt64 {
        state.withLock { state in
            state.nextToken += 1
            return state.nextToken
        }
    }

    /// Waits for the answer with this token, from now on.
    func wait(for token: UInt64, _ continuation: CheckedContinuation<Answer, Never>) {
        let refusal = state.withLock { state -> MessagingError? in
            if Task.isCancelled { return MessagingError(.unavailable, "the request to NATS was cancelled") }
            guard state.waiting.count < NATSSettings.requestLimit else {
                return MessagingError(.unavailable, "\(NATSSettings.requestLimit) requests to NATS wait for an answer")
            }
            state.waiting[token] = continuation
            return nil
        }
        if let refusal { continuation.resume(returning: .failure(refusal)) }
    }

    /// Whether somebody waits for the answer with this token.
    func isAwaited(_ token: UInt64) -> Bool {
        state.withLock { $0.waiting[token] != nil }
    }

    /// Ends the wait for an answer; nothing when it has ended.
    func answer(_ token: UInt64, _ answer: Answer) {
        state.withLock { $0.waiting.removeValue(forKey: token) }?.resume(returning: answer)
    }

    /// Notes that a connection was made.
    func connected() {
        state.withLock { state in
            state.line = .connected
            state.connections += 1
        }
    }

    /// Ends all waits: what was asked may or may not have been done.
    ///
    /// - Parameter isClosed: Whether the library has given up as well.
    func disconnected(isClosed: Bool = false) {
        let waiting = state.withLock { state in
            state.line = isClosed ? .closed : .lost
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        let error = MessagingError(.unavailable, "the connection to NATS was lost")
        for continuation in waiting { continuation.resume(returning: .failure(error)) }
    }
}
