/// What a client may cost over HTTP/2 beyond what ``EdgeLimits`` says of each of its requests.
public struct HTTP2Limits: Hashable, Sendable {
    /// How many requests of one connection may be under way at once; who begins more loses the connection.
    public var concurrentStreams = 100
    /// The most bytes of a decoded header block; above it the connection ends.
    ///
    /// It is more than any acceptable request needs, so that those that are too long by less are answered. Until the
    /// client has confirmed the limit, the library's own holds: 16 KiB.
    public var headerListBytes = 64 * 1024
    /// How many frames in a row may continue a header block.
    public var continuationFrames = 5
    /// How many frames in a row may bring no bytes of a body.
    public var emptyDataFrames = 1
    /// How many requests a client may take back in ``window``; above it the connection ends.
    public var resets = 200
    /// How many requests may break the protocol in ``window``; above it the connection ends.
    public var streamErrors = 200
    /// How many frames may ask for nothing but attention in ``window``: pings, settings, priorities.
    public var controlFrames = 200
    /// How many times a connection may break the protocol at all without its end being called for.
    public var glitches = 200
    /// How many frames that must be answered may wait for a client that does not read.
    public var bufferedControlFrames = 1000
    /// Over what time frames are counted.
    public var window = Duration.seconds(30)
    /// How many bytes of one request's body may be on their way before the service behind takes them.
    public var streamWindowBytes = 65_535
    /// How many bytes of all bodies of a connection may be on their way.
    public var connectionWindowBytes = 1024 * 1024
    /// How many bytes of an answer wait for the client before the service behind is told to wait.
    public var outboundBytes = 32 * 1024

    /// The limits of every listener.
    public init() {}
}
