public import FoundationEssentials
public import Messaging

/// Where a queue is, as a service's settings say.
public enum QueueAddress: Sendable {
    /// A SQLite file, which all processes of one machine share.
    case sqlite(path: String)
    /// A stream of NATS JetStream, which all processes share.
    case jetStream(NATSSettings)

    /// Everything that can be done with a queue.
    public typealias Queue = any MessageQueue & DeadLetterStore & MessageErasure

    /// Reads a URL.
    ///
    /// - Parameters:
    ///   - url: `sqlite:PATH`, or `nats://USER@HOST:PORT/STREAM`, or the same with `tls://`.
    ///   - password: Tells the password of the user at the server, empty for none; asked for each connection.
    ///   - authorities: A PEM file with the authorities of the server's certificate; empty for the system's.
    /// - Throws: ``JetStreamAddress/Malformed`` with what is wrong with the URL.
    public init(
        url: String,
        password: @escaping @Sendable () -> String,
        authorities: String
    ) throws(JetStreamAddress.Malformed) {
        if url.hasPrefix("sqlite:") {
            self = .sqlite(path: String(url.dropFirst("sqlite:".count)))
        } else {
            self = .jetStream(
                NATSSettings(
                    address: try JetStreamAddress(url: url),
                    password: password,
                    authorities: authorities.isEmpty ? nil : authorities
                )
            )
        }
    }

    /// Opens the queue; a server is not asked before it is needed.
    ///
    /// - Throws: `SQLiteStorageError` naming the file and what to do about it.
    public func open(now: @escaping @Sendable () -> Date) throws -> Queue {
        switch self {
        case .sqlite(let path): try SQLiteQueue(path: path, now: now)
        case .jetStream(let settings): JetStreamQueue(settings, now: now)
        }
    }
}
