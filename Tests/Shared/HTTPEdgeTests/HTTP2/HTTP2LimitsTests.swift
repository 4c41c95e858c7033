import HTTPEdge
import NIOCore
import NIOHTTP2
import Testing

@Suite struct HTTP2LimitsTests {
    @Test func hasTheDocumentedDefaults() {
        let limits = HTTP2Limits()
        #expect(limits.concurrentStreams == 100)
        #expect(limits.headerListBytes == 65536)
        #expect(limits.continuationFrames == 5)
        #expect(limits.emptyDataFrames == 1)
        #expect(limits.resets == 200)
        #expect(limits.streamErrors == 200)
        #expect(limits.controlFrames == 200)
        #expect(limits.glitches == 200)
        #expect(limits.bufferedControlFrames == 1000)
        #expect(limits.window == .seconds(30))
        #expect(limits.streamWindowBytes == 65535)
        #expect(limits.connectionWindowBytes == 1_048_576)
        #expect(limits.outboundBytes == 32768)
    }

    @Test func tellsThemToTheLibrary() {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 7
        limits.resets = 8
        limits.controlFrames = 9
        let configuration = limits.configuration
        let streams = HTTP2Setting(parameter: .maxConcurrentStreams, value: 7)
        #expect(configuration.connection.initialSettings.contains(streams))
        #expect(configuration.stream.streamResetFrameRateLimit.maximumCount == 8)
        #expect(configuration.connection.controlFrameRateLimit.maximumCount == 9)
        #expect(configuration.connection.controlFrameRateLimit.windowLength == .seconds(30))
    }
}
