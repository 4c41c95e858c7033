import FoundationEssentials
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// A client that sends text over TLS, or nothing at all, and sees how the connection ends.
final class RawClient: Sendable {
    private struct Record {
        var text = ""
        var isFarewellHeard = false
    }

    private let channel: any Channel
    private let recorder: Recorder

    /// Whether the server ended the connection as TLS has it, once it has ended.
    var isFarewellHeard: Bool {
        get async throws {
            try await channel.closeFuture.get()
            return recorder.record.withLock { $0.isFarewellHeard }
        }
    }

    /// What came so far.
    var received: String { recorder.record.withLock { $0.text } }

    private init(channel: any Channel, recorder: Recorder) {
        self.channel = channel
        self.recorder = recorder
    }

    /// Connects; without a certificate to trust, no TLS is begun.
    static func connect(to url: String, trusting certificate: TestCertificate?) async throws -> RawClient {
        guard let port = URL(string: url)?.port else { throw ChannelError.unknownLocalAddress }
        var configuration = TLSConfiguration.makeClientConfiguration()
        let trusted = try NIOSSLCertificate.fromPEMBytes([UInt8]((certificate ?? .first).certificate.utf8))
        configuration.trustRoots = .certificates(trusted)
        let context = try NIOSSLContext(configuration: configuration)
        let (recorder, isEncrypted) = (Recorder(), certificate != nil)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if isEncrypted {
                        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    try pipeline.addHandler(recorder)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, recorder: recorder)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Ends the sending side of the socket, and says nothing of it in TLS.
    func endWithoutFarewell() async throws {
        let channel = channel
        let ended = try await channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            // Without TLS there is nothing to pass over.
            let encryption = try? pipeline.context(handlerType: NIOSSLClientHandler.self)
            return encryption?.close(mode: .output) ?? channel.close(mode: .output)
        }.get()
        try await ended.get()
    }

    /// Writes down what comes, and whether TLS tells of the end.
    private final class Recorder: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        let record = Mutex(Record())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            record.withLock { $0.text += String(buffer: unwrapInboundIn(data)) }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .shutdownCompleted = event as? TLSUserEvent { record.withLock { $0.isFarewellHeard = true } }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }
}
