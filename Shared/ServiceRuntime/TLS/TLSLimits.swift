import NIOCore

/// What encryption may cost besides ``EdgeLimits``.
enum TLSLimits {
    /// How often the files of a certificate are looked at.
    static let watchInterval = Duration.seconds(1)
    /// How long a client may take to confirm the end of a connection.
    static let shutdownTime = TimeAmount.seconds(2)
}
