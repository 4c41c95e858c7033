import FoundationEssentials
import Logging
import StructuredLogging
import Synchronization

/// Remembers the lines that a handler writes.
final class RecordingOutput: Sendable {
    private let written = Mutex<[String]>([])

    var lines: [String] { written.withLock { $0 } }

    func write(_ line: String) { written.withLock { $0.append(line) } }

    /// A logger that writes here.
    func logger(
        level: Logger.Level = .trace,
        metadata: Logger.Metadata = [:],
        provider: Logger.MetadataProvider? = nil,
        now: Date = Date(timeIntervalSince1970: 1_700_000_000)
    ) -> Logger {
        Logger(label: "users.routes") { label in
            var handler = JSONLogHandler(
                label: label,
                service: "users",
                logLevel: level,
                metadataProvider: provider,
                now: { now },
                write: { self.write($0) }
            )
            handler.metadata = metadata
            return handler
        }
    }

    /// The only line, parsed.
    func onlyObject() throws -> [String: LoggedValue] {
        guard lines.count == 1, let line = lines.first else { throw UnexpectedLines(lines: lines) }
        return try JSONDecoder().decode([String: LoggedValue].self, from: Data(line.utf8))
    }

    struct UnexpectedLines: Error {
        let lines: [String]
    }
}

/// A JSON value of a log line.
enum LoggedValue: Decodable, Equatable, ExpressibleByStringLiteral {
    case text(String)
    case number(Double)
    case flag(Bool)
    case list([LoggedValue])
    case object([String: LoggedValue])

    init(stringLiteral value: String) { self = .text(value) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        func value<Value: Decodable>(_ type: Value.Type) -> Value? {
            // A type that does not fit is how the next one gets its turn.
            try? container.decode(type)
        }
        if let flag = value(Bool.self) {
            self = .flag(flag)
        } else if let number = value(Double.self) {
            self = .number(number)
        } else if let text = value(String.self) {
            self = .text(text)
        } else if let list = value([LoggedValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: LoggedValue].self))
        }
    }
}
