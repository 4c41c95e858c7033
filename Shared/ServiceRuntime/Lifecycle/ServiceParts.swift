public import Discovery
public import HTTPEdge
public import Hummingbird
import Logging
public import NIOCore
public import ServiceLifecycle

/// What a service consists of, as its `make…Application` function hands it to the process that runs it.
public struct ServiceParts<Responder: HTTPResponder>: Sendable where Responder.Context == ServiceRequestContext {
    /// The routes, wrapped in a ``ServiceResponder``.
    public var responder: ServiceResponder<Responder>
    /// Long-running work beside the listener, started before it and stopped after it, dependencies first.
    public var background: [any Service]
    /// What must work before the service is registered.
    public var checks: [Readiness.Check]
    /// The replicas that the service calls, for `/upstreams`; ``ServiceEnvironment/connect(to:for:)`` fills it in.
    var upstreams: @Sendable () -> [UpstreamSource] = { [] }
    /// What the listener encrypts with, if it does; the process fills it in.
    var certificate: ServerCertificate?
    /// What a client may cost before its request is known.
    public var limits: EdgeLimits
    /// Whether the body of a request of this method and path is a stream, which may take as long as it is.
    public var isStream: EdgeConfiguration.IsStream

    /// Makes what answers some requests on an event loop before ``responder`` sees them; called on the loop.
    public var makeShortcut: (@Sendable (any EventLoop) -> any EdgeShortcut)?

    /// Creates the parts of a service.
    public init(
        responder: ServiceResponder<Responder>,
        background: [any Service],
        checks: [Readiness.Check],
        limits: EdgeLimits = .behindGateway,
        isStream: @escaping EdgeConfiguration.IsStream = { _, _ in false },
        makeShortcut: (@Sendable (any EventLoop) -> any EdgeShortcut)? = nil
    ) {
        self.responder = responder
        self.background = background
        self.checks = checks
        self.limits = limits
        self.isStream = isStream
        self.makeShortcut = makeShortcut
    }
}

/// What the process gives to a service's `make…Application` function.
public struct ServiceEnvironment: Sendable {
    /// The values of the service's settings.
    public let settings: Settings
    /// The registry that all services share.
    public let registry: any ServiceRegistry
    /// This replica's name.
    public let instanceID: String

    /// Creates an environment.
    public init(settings: Settings, registry: any ServiceRegistry, instanceID: String) {
        self.settings = settings
        self.registry = registry
        self.instanceID = instanceID
    }
}
