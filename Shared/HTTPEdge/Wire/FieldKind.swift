/// The header fields that mean something to a proxy; the name is compared without regard to case.
public enum FieldKind: UInt8, Sendable {
    case other
    case host
    case connection
    case contentLength
    case contentType
    case transferEncoding
    case expect
    case authorization
    case correlationID
    case traceParent
    case traceState
    case requestTimeout
    case forwarded
    /// `X-Forwarded-…` and `X-User-…`: who speaks for whom is told by the proxy alone.
    case identity
    /// Fields of one connection, not of the message (RFC 9110 section 7.6.1), and those of a proxy of old.
    case hopByHop
    case date
    case server
    case cacheControl
    case contentTypeOptions
    /// `X-Overloaded`: a refusal for load.
    case overloaded
    case retryAfter
    case age
    case cookie
    case entityTag
    case expires
    case ifNoneMatch
    /// Other conditions on a request, and `Range`.
    case precondition
    case setCookie
    /// `X-Variant`, which only the gateway says.
    case variant
    case vary

    init(_ name: UnsafeRawBufferPointer) {
        let known = Self.known(name)
        self = known == .other && Self.isIdentity(name) ? .identity : known
    }

    private static func known(_ name: UnsafeRawBufferPointer) -> FieldKind {
        switch name.count {
        case ..<10: short(name)
        case 10: ten(name)
        case 11: name.isName("traceparent") ? .traceParent : name.isName("retry-after") ? .retryAfter : .other
        case 12: name.isName("content-type") ? .contentType : name.isName("x-overloaded") ? .overloaded : .other
        case 13: thirteen(name)
        case 14: name.isName("content-length") ? .contentLength : .other
        case 16: name.isName("x-correlation-id") ? .correlationID : name.isName("proxy-connection") ? .hopByHop : .other
        case 17:
            name.isName("transfer-encoding")
                ? .transferEncoding : name.isName("if-modified-since") ? .precondition : .other
        case 18: name.isName("proxy-authenticate") ? .hopByHop : .other
        case 19:
            name.isName("proxy-authorization")
                ? .hopByHop : name.isName("if-unmodified-since") ? .precondition : .other
        case 20: name.isName("x-request-timeout-ms") ? .requestTimeout : .other
        case 22: name.isName("x-content-type-options") ? .contentTypeOptions : .other
        default: .other
        }
    }

    private static func short(_ name: UnsafeRawBufferPointer) -> FieldKind {
        switch name.count {
        case 2: name.isName("te") ? .hopByHop : .other
        case 3: name.isName("age") ? .age : .other
        case 4: four(name)
        case 5: name.isName("range") ? .precondition : .other
        case 6: six(name)
        case 7: seven(name)
        case 8: name.isName("if-match") || name.isName("if-range") ? .precondition : .other
        case 9: name.isName("forwarded") ? .forwarded : name.isName("x-variant") ? .variant : .other
        default: .other
        }
    }

    private static func four(_ name: UnsafeRawBufferPointer) -> FieldKind {
        if name.isName("host") { return .host }
        if name.isName("date") { return .date }
        if name.isName("etag") { return .entityTag }
        return name.isName("vary") ? .vary : .other
    }

    private static func six(_ name: UnsafeRawBufferPointer) -> FieldKind {
        if name.isName("cookie") { return .cookie }
        if name.isName("expect") { return .expect }
        return name.isName("server") ? .server : .other
    }

    private static func seven(_ name: UnsafeRawBufferPointer) -> FieldKind {
        if name.isName("expires") { return .expires }
        return name.isName("trailer") || name.isName("upgrade") ? .hopByHop : .other
    }

    private static func thirteen(_ name: UnsafeRawBufferPointer) -> FieldKind {
        if name.isName("authorization") { return .authorization }
        if name.isName("cache-control") { return .cacheControl }
        return name.isName("if-none-match") ? .ifNoneMatch : .other
    }

    private static func ten(_ name: UnsafeRawBufferPointer) -> FieldKind {
        if name.isName("connection") { return .connection }
        if name.isName("tracestate") { return .traceState }
        if name.isName("set-cookie") { return .setCookie }
        return name.isName("keep-alive") ? .hopByHop : .other
    }

    private static func isIdentity(_ name: UnsafeRawBufferPointer) -> Bool {
        guard name.count > 7, ASCII.lowercased(name[0]) == UInt8(ascii: "x"), name[1] == UInt8(ascii: "-") else {
            return false
        }
        return UnsafeRawBufferPointer(rebasing: name.prefix(7)).isName("x-user-")
            || UnsafeRawBufferPointer(rebasing: name.prefix(12)).isName("x-forwarded-")
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes are `name`, which is in lower case, without regard to case.
    @inline(__always)
    func isName(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        for index in 0..<count where ASCII.lowercased(self[index]) != name.utf8Start[index] { return false }
        return true
    }
}
