public import Hummingbird
import NIOCore

/// What a handler knows of a request besides the request itself.
public struct ServiceRequestContext: RequestContext {
    /// Hummingbird's own part.
    public var coreContext: CoreRequestContextStorage
    /// The address of the peer, without its port.
    public let peerAddress: String?
    private let channel: any Channel

    /// Whether the client is gone, or wants no answer any more.
    public var isClientGone: Bool { !channel.isActive }

    /// Creates a context for a request that arrived on a channel.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        peerAddress = source.channel.remoteAddress?.ipAddress
    }
}
