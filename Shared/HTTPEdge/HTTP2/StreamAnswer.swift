import HTTPTypes
import NIOCore

/// What is left to be written of the answer to one request over HTTP/2.
struct StreamAnswer {
    private enum Body {
        /// There is none, whatever the service behind writes.
        case none
        case length(remaining: Int)
        case untilEnd
    }

    /// Whether a request has been handed on whose answer is not complete.
    private(set) var isAwaited = false
    private var isToHead = false
    private var body = Body.untilEnd

    mutating func begin(toHead: Bool) {
        isAwaited = true
        isToHead = toHead
    }

    /// Nobody waits for the answer any more.
    mutating func giveUp() { isAwaited = false }

    /// The head without the fields of a connection, which HTTP/2 does not have (RFC 9113 section 8.2.2).
    mutating func head(_ head: HTTPResponse) -> HTTPResponse {
        guard head.status.kind != .informational else { return head }
        var head = head
        for name in [HTTPField.Name.connection, .transferEncoding, .upgrade] { head.headerFields[name] = nil }
        if isToHead || head.status.code == 204 || head.status.code == 304 {
            body = .none
        } else {
            body = head.headerFields[.contentLength].flatMap(Int.init).map { .length(remaining: $0) } ?? .untilEnd
        }
        return head
    }

    /// A part of the body as far as it was told; nil when nothing is to be written.
    mutating func body(_ part: ByteBuffer) -> ByteBuffer? {
        switch body {
        case .none: return nil
        case .untilEnd: return part.readableBytes == 0 ? nil : part
        case .length(let remaining):
            let length = min(remaining, part.readableBytes)
            body = .length(remaining: remaining - length)
            return length == 0 ? nil : part.getSlice(at: part.readerIndex, length: length)
        }
    }

    /// Whether the body is as long as was told.
    mutating func end() -> Bool {
        isAwaited = false
        if case .length(let remaining) = body { return remaining == 0 }
        return true
    }
}
