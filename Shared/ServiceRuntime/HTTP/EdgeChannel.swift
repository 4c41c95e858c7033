public import Correlation
public import HTTPEdge
import HTTPTypes
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import ServiceContextModule
import StructuredLogging

/// Hummingbird's responders behind this project's own reading and writing of HTTP/1, and HTTP/2 where it is agreed on.
struct EdgeChannel: HTTPChannelHandler {
    typealias Value = EdgeConnection

    let responder: HTTPChannelHandler.Responder
    let configuration: EdgeConfiguration
    let tickers: LoopLocal<EdgeTicker>
    let makeShortcut: (@Sendable (any EventLoop) -> any EdgeShortcut)?
    let tracker: ConnectionTracker
    let certificate: ServerCertificate?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let sendBuffer = SocketOptionValue(configuration.limits.sendBufferBytes)
            try channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: sendBuffer)
            guard let certificate else {
                return EdgeConnection(channel: channel, traffic: .plain(try setUpHTTP1(channel)))
            }
            let negotiated = try negotiate(channel, certificate, logger: logger)
            return EdgeConnection(channel: channel, traffic: .encrypted(negotiated))
        }
    }

    func setUpHTTP1(_ channel: any Channel) throws -> EdgeConnection.Messages {
        let connection = EdgeConnectionHandler(
            configuration: configuration,
            ticker: tickers.value(on: channel.eventLoop),
            shortcut: makeShortcut?(channel.eventLoop)
        )
        try channel.pipeline.syncOperations.addHandler(connection)
        try channel.pipeline.syncOperations.addHandler(ConnectionTrackingHandler(tracker))
        return try EdgeConnection.Messages(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }

    func handle(value: Value, logger: Logger) async {
        switch value.traffic {
        case .plain(let messages): await answer(messages, logger: logger)
        case .encrypted(let negotiated):
            // A handshake that failed has been counted.
            guard let negotiated = try? await negotiated.get() else { return }
            switch negotiated {
            case .http1(let messages): await answer(messages, logger: logger)
            case .http2(let streams): await handle(streams, of: value.channel, logger: logger)
            }
        }
    }

    /// Answers the requests of one connection or stream; a client that is gone ends the work for it.
    func answer(_ messages: EdgeConnection.Messages, logger: Logger) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await handleHTTP(asyncChannel: messages, logger: logger) }
            // The end of a connection is no failure.
            group.addTask { try? await messages.channel.closeFuture.get() }
            await group.next()
            group.cancelAll()
        }
    }
}

/// One connection of a listener, and what is known of the protocol that is spoken on it.
struct EdgeConnection: ServerChildChannelValue {
    /// Requests and answers, one after the other.
    typealias Messages = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    /// Requests and answers beside each other, each on a stream of its own.
    typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<Messages>

    /// The protocol that the client agreed to.
    enum Negotiated: Sendable {
        case http1(Messages)
        case http2(Streams)
    }

    /// What the connection carries.
    enum Traffic: Sendable {
        case plain(Messages)
        /// TLS; what is inside is known after the handshake.
        case encrypted(EventLoopFuture<Negotiated>)
    }

    let channel: any Channel
    let traffic: Traffic
}

extension HTTPServerBuilder {
    /// A listener that refuses what is no acceptable request with a problem, a log line and a count.
    ///
    /// With a certificate it speaks TLS only, and HTTP/2 with clients that want it.
    static func edge(
        limits: EdgeLimits,
        isStream: @escaping EdgeConfiguration.IsStream,
        tracker: ConnectionTracker,
        makeShortcut: (@Sendable (any EventLoop) -> any EdgeShortcut)? = nil,
        certificate: ServerCertificate? = nil,
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
                tracker: tracker,
                certificate: certificate
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
