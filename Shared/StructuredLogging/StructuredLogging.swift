import Correlation
import FoundationEssentials
public import Logging
import ServiceContextModule
import Synchronization

/// Sets up the process's logging: JSON lines on standard output, each with the correlation ID of its task.
public enum LoggingBootstrap {
    /// Takes over `LoggingSystem`; call once, first thing in the process.
    ///
    /// - Parameters:
    ///   - service: The executable's name, on every line.
    ///   - level: The lowest level that is written.
    ///   - metadata: Metadata of every line, such as the instance's ID.
    public static func run(service: String, level: Logger.Level, metadata: Logger.Metadata = [:]) {
        let output = LineOutput()
        LoggingSystem.bootstrap(
            { label, provider in
                var handler = JSONLogHandler(
                    label: label,
                    service: service,
                    logLevel: level,
                    metadataProvider: provider,
                    now: { Date() },
                    write: { output.write($0) }
                )
                handler.metadata = metadata
                return handler
            },
            metadataProvider: .correlation
        )
    }
}

extension Logger.MetadataProvider {
    /// The correlation ID and trace of the task's `ServiceContext`.
    public static let correlation = Logger.MetadataProvider {
        guard let context = ServiceContext.current else { return [:] }
        var metadata: Logger.Metadata = [:]
        if let id = context.correlationID { metadata[LogKey.correlationID] = "\(id)" }
        if let trace = context.traceContext {
            metadata[LogKey.traceID] = "\(trace.traceID)"
            metadata[LogKey.spanID] = "\(trace.spanID)"
        }
        return metadata
    }
}
