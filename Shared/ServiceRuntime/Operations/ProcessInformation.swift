public import FoundationEssentials

/// What a process says of itself.
public struct ProcessInformation: Encodable, Sendable {
    /// The executable's name.
    public var service: String
    /// This replica's name.
    public var instance: String
    /// The version, from git when the executable was built.
    public var version: String
    /// When it started.
    public var startedAt: Date
    /// The process's ID.
    public var processID: Int32
    /// How long it has been running, in whole seconds.
    public var uptimeSeconds: Int
}
