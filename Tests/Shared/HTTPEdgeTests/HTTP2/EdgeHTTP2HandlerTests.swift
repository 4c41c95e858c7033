import HTTPEdge
import NIOCore
import NIOEmbedded
import NIOHTTP2
import Testing

/// When an HTTP/2 connection ends.
@Suite(.timeLimit(.minutes(1))) struct EdgeHTTP2HandlerTests {
    private let channel = EmbeddedChannel()
    private let handler: EdgeHTTP2Handler

    init() throws {
        handler = EdgeHTTP2Handler(limits: EdgeLimits(), ticker: EdgeTicker(eventLoop: channel.eventLoop))
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func begin(_ stream: HTTP2StreamID) { handler.delegate.streamCreated(stream, channel: channel) }
    private func end(_ stream: HTTP2StreamID) {
        handler.delegate.streamClosed(stream, channel: channel)
        channel.embeddedEventLoop.run()
    }
    private func pass(_ duration: Duration) { channel.embeddedEventLoop.advanceTime(by: TimeAmount(duration)) }
    private func quiesce() { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }

    /// The frames since the last call; a ping is acknowledged when `acknowledges`.
    private func sent(acknowledges: Bool = false) throws -> [String] {
        var lines: [String] = []
        while let frame = try channel.readOutbound(as: HTTP2Frame.self) {
            switch frame.payload {
            case .goAway(let last, _, _): lines.append("end at \(last == .maxID ? "any" : "\(Int(last))")")
            case .ping(let data, false):
                lines.append("ping")
                guard acknowledges else { continue }
                let answer = HTTP2Frame(streamID: .rootStream, payload: .ping(data, ack: true))
                try channel.writeInbound(answer)
                channel.embeddedEventLoop.run()
            default: lines.append("\(frame)")
            }
        }
        return lines
    }

    @Test func endsAConnectionThatNeverHadAStream() throws {
        pass(.seconds(74))
        #expect(try sent() == [] && channel.isActive)
        pass(.seconds(2))
        #expect(try sent() == ["end at any", "ping"] && channel.isActive)
        pass(.seconds(3))
        #expect(try sent() == ["end at 0"] && !channel.isActive)
    }

    @Test func countsIdleTimeFromTheEndOfTheLastStream() throws {
        begin(1)
        pass(.seconds(200))
        #expect(try sent() == [])
        end(1)
        pass(.seconds(74))
        #expect(try sent() == [])
        pass(.seconds(2))
        #expect(try sent() == ["end at any", "ping"])
    }

    @Test func finishesStreamsWhenTheListenerStops() throws {
        begin(1)
        begin(3)
        quiesce()
        #expect(try sent(acknowledges: true) == ["end at any", "ping", "end at 3"])
        end(1)
        #expect(channel.isActive)
        end(3)
        #expect(!channel.isActive)
    }

    /// Between the announcement and its answer, a stream may still begin.
    @Test func servesAStreamThatBeganInTime() throws {
        quiesce()
        begin(1)
        pass(.seconds(3))
        #expect(try sent() == ["end at any", "ping", "end at 1"] && channel.isActive)
        end(1)
        #expect(!channel.isActive)
    }

    @Test func endsAConnectionThatBreaksTheProtocol() throws {
        begin(1)
        let goAway = HTTP2Frame.FramePayload.goAway(lastStreamID: 0, errorCode: .enhanceYourCalm, opaqueData: nil)
        handler.delegate.wroteFrame(HTTP2Frame(streamID: .rootStream, payload: goAway))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
    }

    @Test func endsWithItsClient() {
        begin(1)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!channel.isActive)
    }
}
