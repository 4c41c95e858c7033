public import FoundationEssentials
public import Logging

/// A log handler that writes one JSON object a line: `time`, `level`, `service`, `message`, then the metadata.
///
/// Metadata keys stand at the top level as they are, but for those named like the line's own members, which get the
/// prefix `metadata.`: no name stands twice. Nested metadata stays nested. Values under secret keys are
/// replaced, see ``Redaction``, unless they are ``Disclosed``. Control characters are escaped, so that a line is a line whatever was logged.
public struct JSONLogHandler: LogHandler {
    /// The lowest level that is written.
    public var logLevel: Logger.Level
    /// Metadata of every line of this handler.
    public var metadata: Logger.Metadata = [:]
    /// Metadata of the task that logs.
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let service: String
    private let now: @Sendable () -> Date
    private let write: @Sendable (String) -> Void

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - label: The logger's label, written as `logger`.
    ///   - service: The executable's name.
    ///   - logLevel: The lowest level that is written.
    ///   - metadataProvider: Metadata of the task that logs.
    ///   - now: The wall clock.
    ///   - write: Takes one line, its line feed included; called from any thread.
    public init(
        label: String,
        service: String,
        logLevel: Logger.Level,
        metadataProvider: Logger.MetadataProvider?,
        now: @escaping @Sendable () -> Date,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.service = service
        self.logLevel = logLevel
        self.metadataProvider = metadataProvider
        self.now = now
        self.write = write
    }

    /// One value of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    private static let ownMembers: Set = ["time", "level", "service", "logger", "message"]

    /// Writes one line.
    public func log(event: LogEvent) {
        var line = LineBuilder()
        line.add("time", Timestamp.format(now()))
        line.add("level", event.level.rawValue)
        line.add("service", service)
        line.add("logger", label)
        line.add("message", event.message.description)
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line.add(Self.ownMembers.contains(key) ? "metadata." + key : key, value)
        }
        if let error = event.error, all[LogKey.error] == nil { line.add(LogKey.error, "\(error)") }
        write(line.finished())
    }
}
