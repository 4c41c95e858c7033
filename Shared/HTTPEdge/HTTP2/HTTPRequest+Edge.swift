import HTTPTypes

extension HTTPRequest {
    /// Checks a head that came over HTTP/2 as strictly as one over HTTP/1 is read, and makes it look the same.
    ///
    /// `host` becomes the authority (RFC 9113 section 8.3.1), and a body of untold length is marked as chunked, as
    /// services behind know it. Fields of a connection have been refused before (section 8.2.2).
    ///
    /// - Throws: ``EdgeRefusal``
    mutating func checkEdge(hasBody: Bool, limits: EdgeLimits) throws(EdgeRefusal) {
        if (path ?? "").utf8.count > limits.requestLineBytes { throw .requestLineTooLong }
        if headerFields.count > limits.fieldCount { throw .tooManyFields }
        if fieldBytes > limits.fieldBytes { throw .fieldsTooLarge }
        guard RequestMethod(rawValue: method.rawValue) != nil else { throw .unknownMethod }
        try checkTarget()
        try takeHost()
        if let expectation = headerFields[.expect], !Self.isContinue(expectation) { throw .unknownExpectation }
        try checkLength(hasBody: hasBody)
    }

    /// Whether the client waits to be told before it sends its body.
    var expectsContinue: Bool { headerFields[.expect].map(Self.isContinue) ?? false }

    private static func isContinue(_ expectation: String) -> Bool { expectation.lowercased() == "100-continue" }

    /// The fields' bytes as HTTP/1 would write them.
    private var fieldBytes: Int {
        headerFields.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
    }

    private func checkTarget() throws(EdgeRefusal) {
        guard let path, scheme == "http" || scheme == "https" else { throw .malformedTarget }
        let isVisible = path.utf8.allSatisfy { byte in
            byte > ASCII.space && byte < ASCII.delete && byte != UInt8(ascii: "#")
        }
        guard isVisible, path.utf8.first == ASCII.slash || path == "*" && method == .options else {
            throw .malformedTarget
        }
    }

    private mutating func takeHost() throws(EdgeRefusal) {
        let hosts = headerFields[values: .hostText]
        guard hosts.count <= 1 else { throw .badHost }
        let host = hosts.first ?? authority
        guard let host, host == authority ?? host else { throw .badHost }
        var bytes = host
        guard bytes.withUTF8({ HostSyntax.isValid(UnsafeRawBufferPointer($0)) }) else { throw .badHost }
        authority = host
        headerFields[.hostText] = nil
    }

    private mutating func checkLength(hasBody: Bool) throws(EdgeRefusal) {
        let lengths = headerFields[values: .contentLength]
        guard lengths.count <= 1, lengths.allSatisfy({ $0.utf8.allSatisfy(ASCII.isDigit) && Int($0) != nil }) else {
            throw .badFraming
        }
        if hasBody, lengths.isEmpty { headerFields[.transferEncoding] = "chunked" }
    }
}

extension HTTPField.Name {
    /// The field of HTTP/1 in whose place HTTP/2 has the authority.
    // swift-format-ignore: NeverForceUnwrap
    fileprivate static let hostText = HTTPField.Name("host")!
}
