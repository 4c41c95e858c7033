import HTTPTypes
import NIOCore

extension HTTPRequest {
    /// The currency type of a parsed head.
    init(_ head: RequestHead, bytes: UnsafeRawBufferPointer) {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        self.init(
            method: Method(head.method),
            scheme: "http",
            authority: head.authority.isEmpty ? nil : text(head.authority),
            path: text(head.target)
        )
        headerFields.reserveCapacity(head.fields.count)
        for field in head.fields where field.kind != .host {
            guard let name = HTTPField.Name(text(field.name)) else { continue }
            headerFields.append(HTTPField(name: name, value: text(field.value)))
        }
    }
}

extension HTTPRequest.Method {
    init(_ method: RequestMethod) {
        self =
            switch method {
            case .get: .get
            case .head: .head
            case .post: .post
            case .put: .put
            case .patch: .patch
            case .delete: .delete
            case .options: .options
            case .trace: .trace
            }
    }
}
