public import Hummingbird

/// What a handler knows of a request besides the request itself.
public struct ServiceRequestContext: RequestContext {
    /// Hummingbird's own part.
    public var coreContext: CoreRequestContextStorage
    /// The address of the peer, without its port.
    public let peerAddress: String?

    /// Creates a context for a request that arrived on a channel.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peerAddress = source.channel.remoteAddress?.ipAddress
    }
}
