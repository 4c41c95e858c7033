import HTTPEdge
import NIOCore

/// Who is answered: a client's connection, or nobody.
protocol ProxyClient: AnyObject {
    var requestHead: RequestHead { get }
    /// The bytes that the places in ``requestHead`` count from.
    var requestBytes: ByteBuffer { get }
    var peerAddress: String? { get }
    var isWritable: Bool { get }
    var isLastAnswer: Bool { get }

    func writeShortcut(_ bytes: ByteBuffer)
    func finishShortcut(_ bytes: ByteBuffer)
    func answerShortcut(_ answer: EdgeConfiguration.Answer)
    func abortShortcut()
}

extension EdgeConnectionHandler: ProxyClient {}

/// Nobody: a request that is made again for the cache alone.
final class AbsentClient: ProxyClient {
    let requestHead: RequestHead
    let requestBytes: ByteBuffer
    let peerAddress: String?
    let isWritable = true
    let isLastAnswer = false

    /// Nobody in the place of a client that asked for the same.
    init(inPlaceOf client: any ProxyClient) {
        requestHead = client.requestHead
        requestBytes = client.requestBytes
        peerAddress = client.peerAddress
    }

    func writeShortcut(_ bytes: ByteBuffer) {}
    func finishShortcut(_ bytes: ByteBuffer) {}
    func answerShortcut(_ answer: EdgeConfiguration.Answer) {}
    func abortShortcut() {}
}
