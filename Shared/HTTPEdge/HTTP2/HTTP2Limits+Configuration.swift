import NIOCore
public import NIOHTTP2

extension HTTP2Limits {
    /// The limits as the HTTP/2 library takes them.
    public var configuration: NIOHTTP2Handler.Configuration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: concurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headerListBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindowBytes),
        ]
        connection.headerBlockValidation = .enabled
        connection.contentLengthValidation = .enabled
        connection.maximumSequentialEmptyDataFrames = emptyDataFrames
        connection.maximumSequentialContinuationFrames = continuationFrames
        connection.maximumBufferedControlFrames = bufferedControlFrames
        connection.maximumConnectionGlitches = glitches
        connection.targetWindowSize = connectionWindowBytes
        connection.controlFrameRateLimit.maximumCount = controlFrames
        connection.controlFrameRateLimit.windowLength = .init(window)
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = streamWindowBytes
        stream.outboundBufferSizeHighWatermark = outboundBytes
        stream.outboundBufferSizeLowWatermark = outboundBytes / 2
        stream.streamResetFrameRateLimit.maximumCount = resets
        stream.streamResetFrameRateLimit.windowLength = .init(window)
        stream.streamErrorRateLimit.maximumCount = streamErrors
        stream.streamErrorRateLimit.windowLength = .init(window)
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection = connection
        configuration.stream = stream
        return configuration
    }
}
