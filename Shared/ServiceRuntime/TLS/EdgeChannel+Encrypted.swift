import HTTPEdge
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP2
import NIOSSL

// MARK: TLS

extension EdgeChannel {
    /// Encrypts a connection, and makes the rest of its pipeline once the client has told what it speaks.
    func negotiate(
        _ channel: any Channel,
        _ certificate: ServerCertificate,
        logger: Logger
    ) throws -> EventLoopFuture<EdgeConnection.Negotiated> {
        let promise = channel.eventLoop.makePromise(of: EdgeConnection.Negotiated.self)
        let handshake = HandshakeHandler(
            limit: configuration.limits.headTime,
            ticker: tickers.value(on: channel.eventLoop),
            logger: logger,
            promise: promise
        ) { negotiated in
            // Who agrees on nothing speaks HTTP/1.1.
            negotiated == "h2" ? .http2(try setUpHTTP2(channel)) : .http1(try setUpHTTP1(channel))
        }
        let pipeline = channel.pipeline.syncOperations
        let encryption = NIOSSLServerHandler(context: certificate.context)
        do {
            try pipeline.addHandler(encryption, name: EdgeConnectionHandler.encryptionName)
            try pipeline.addHandler(handshake)
        } catch {
            promise.fail(error)
            throw error
        }
        return promise.futureResult
    }
}

// MARK: HTTP/2

extension EdgeChannel {
    private func setUpHTTP2(_ channel: any Channel) throws -> EdgeConnection.Streams {
        let pipeline = channel.pipeline.syncOperations
        let tracking = TrackedConnectionHandler(tracker)
        let tracked = ObjectIdentifier(tracking)
        try pipeline.addHandler(tracking)
        let connection = EdgeHTTP2Handler(limits: configuration.limits, ticker: tickers.value(on: channel.eventLoop))
        let streams: EdgeConnection.Streams = try pipeline.configureAsyncHTTP2Pipeline(
            mode: .server,
            streamDelegate: connection.delegate,
            frameDelegate: connection.delegate,
            configuration: HTTP2Limits().configuration
        ) { stream in
            stream.eventLoop.makeCompletedFuture { try setUpStream(stream, of: tracked) }
        }
        try pipeline.addHandler(connection)
        return streams
    }

    private func setUpStream(_ stream: any Channel, of connection: ObjectIdentifier) throws -> EdgeConnection.Messages {
        let pipeline = stream.pipeline.syncOperations
        let edge = EdgeStreamHandler(configuration: configuration, ticker: tickers.value(on: stream.eventLoop))
        try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
        try pipeline.addHandler(edge)
        try pipeline.addHandler(StreamTrackingHandler(tracker, connection: connection))
        return try EdgeConnection.Messages(wrappingChannelSynchronously: stream)
    }

    /// Answers the requests of a connection until it ends.
    func handle(_ streams: EdgeConnection.Streams, of channel: any Channel, logger: Logger) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                var iterator = streams.inbound.makeAsyncIterator()
                // A connection that breaks off has no more streams; those it had learn of it themselves.
                while let stream = try? await iterator.next() {
                    group.addTask { await answer(stream, logger: logger) }
                }
            }
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
