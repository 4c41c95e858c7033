public import Correlation
public import HTTPEdge
import HTTPTypes
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import NIOHTTPTypes
import ServiceContextModule
import StructuredLogging

/// Hummingbird's responders behind this project's own reading and writing of HTTP/1.
struct EdgeChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let configuration: EdgeConfiguration
    let tickers: LoopLocal<EdgeTicker>
    let makeShortcut: (@Sendable (any EventLoop) -> any EdgeShortcut)?
    let tracker: ConnectionTracker

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let sendBuffer = SocketOptionValue(configuration.limits.sendBufferBytes)
            try channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: sendBuffer)
            let connection = EdgeConnectionHandler(
                configuration: configuration,
                ticker: tickers.value(on: channel.eventLoop),
                shortcut: makeShortcut?(channel.eventLoop)
            )
            try channel.pipeline.syncOperations.addHandler(connection)
            try channel.pipeline.syncOperations.addHandler(ConnectionTrackingHandler(tracker))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}

extension HTTPServerBuilder {
    /// A listener that refuses what is no acceptable request with a problem, a log line and a count.
    static func edge(
        limits: EdgeLimits,
        isStream: @escaping EdgeConfiguration.IsStream,
        tracker: ConnectionTracker,
        makeShortcut: (@Sendable (any EventLoop) -> any EdgeShortcut)? = nil,
        logger: Logger
    ) -> HTTPServerBuilder {
        let configuration = EdgeConfiguration(limits: limits, isStream: isStream) { refusal, correlationID, peer in
            EdgeAnswer.make(refusal, limits: limits, correlationID: correlationID, peer: peer, logger: logger)
        }
        let tickers = LoopLocal { EdgeTicker(eventLoop: $0) }
        return HTTPServerBuilder { responder in
            EdgeChannel(
                responder: responder,
                configuration: configuration,
                tickers: tickers,
                makeShortcut: makeShortcut,
                tracker: tracker
            )
        }
    }
}

/// How a request is refused that no responder sees.
enum EdgeAnswer {
    static func make(
        _ refusal: EdgeRefusal,
        limits: EdgeLimits,
        correlationID: String?,
        peer: SocketAddress?,
        logger: Logger
    ) -> EdgeConfiguration.Answer {
        var generator = SystemRandomNumberGenerator()
        let correlationID = correlationID.flatMap(CorrelationID.init) ?? CorrelationID(using: &generator)
        return ServiceContext.withValue(.with(correlationID)) {
            logger.info(
                "request refused",
                metadata: [
                    LogKey.status: .stringConvertible(refusal.status.code), LogKey.error: "\(refusal.kind)",
                    LogKey.address: "\(peer?.ipAddress ?? "unknown")",
                ]
            )
            Counter(label: "clowder_http_refused_requests_total", dimensions: [("reason", refusal.kind)]).increment()
            return Problem(refusal, limits: limits).edgeAnswer(correlationID: correlationID)
        }
    }
}

extension ServiceContext {
    fileprivate static func with(_ correlationID: CorrelationID) -> Self {
        var context = topLevel
        context.correlationID = correlationID
        return context
    }
}

extension Problem {
    /// The answer of a listener that no responder stands behind.
    public func edgeAnswer(correlationID: CorrelationID) -> EdgeConfiguration.Answer {
        ServiceContext.withValue(.with(correlationID)) {
            var (head, body) = message()
            head.headerFields[.correlationID] = correlationID.description
            return EdgeConfiguration.Answer(head: head, body: body)
        }
    }

    /// A refusal of the edge as a problem.
    init(_ refusal: EdgeRefusal, limits: EdgeLimits) {
        self.init(
            refusal.status,
            kind: refusal.kind,
            refusal.detail(limits: limits)
        )
    }
}
