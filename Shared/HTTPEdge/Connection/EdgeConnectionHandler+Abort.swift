import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The system's type, whose name a method of the handler has too.
private typealias LingerOption = linger

extension EdgeConnectionHandler {
    /// The name in the pipeline of the handler that encrypts, so that an aborted answer can be ended without it.
    public static let encryptionName = "encryption"

    /// Ends the connection at once with a reset, which the client cannot take for the end of an answer, and which drops
    /// what the system would keep for a client that does not read.
    func abort(_ context: ChannelHandlerContext) {
        // A channel without the option, or closed already, is closed all the same.
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(LingerOption(l_onoff: 1, l_linger: 0))
        // TLS would say that the connection ends as it should: it is passed over, where it is there at all.
        let encryption = try? context.pipeline.syncOperations.context(name: Self.encryptionName)
        (encryption ?? context).close(promise: nil)
    }
}
