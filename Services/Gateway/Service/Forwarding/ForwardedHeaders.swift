import HTTPTypes

/// Which headers cross the gateway.
enum ForwardedHeaders {
    /// Headers of one connection, not of the message (RFC 9110 section 7.6.1).
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]
    /// What the gateway says itself, or decides again for the message it sends.
    private static let ownWords: Set<String> = [
        "host", "content-length", "expect", "forwarded", "x-overloaded", "x-request-timeout-ms",
        "x-variant",
    ]

    /// The headers of a request for the service behind; who called is told by the gateway alone.
    static func request(_ headers: HTTPFields, peer: String?) -> HTTPFields {
        var forwarded = passing(headers) { name in
            !ownWords.contains(name) && !name.hasPrefix("x-forwarded-") && !name.hasPrefix("x-user-")
        }
        forwarded[.xForwardedFor] = peer
        return forwarded
    }

    /// The headers of an answer for the client.
    static func response(_ headers: HTTPFields) -> HTTPFields {
        passing(headers) { !["content-length", "date", "server", "x-overloaded", "x-variant"].contains($0) }
    }

    private static func passing(_ headers: HTTPFields, _ isWanted: (String) -> Bool) -> HTTPFields {
        let named = headers[values: .connection].flatMap { value in
            value.split(separator: ",").map { $0.lowercased().filter { !$0.isWhitespace } }
        }
        let dropped = hopByHop.union(named)
        return HTTPFields(
            headers.filter { field in
                let name = field.name.canonicalName
                return !dropped.contains(name) && isWanted(name)
            }
        )
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
    // swift-format-ignore: NeverForceUnwrap
    static let xContentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
}
