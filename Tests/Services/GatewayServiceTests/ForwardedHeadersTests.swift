import HTTPTypes
import Testing

@testable import GatewayService

@Suite struct ForwardedHeadersTests {
    private func headers(_ fields: [(String, String)]) throws -> HTTPFields {
        HTTPFields(try fields.map { HTTPField(name: try #require(HTTPField.Name($0.0)), value: $0.1) })
    }

    private func names(_ headers: HTTPFields) -> [String] {
        headers.map(\.name.canonicalName).sorted()
    }

    /// RFC 9110 section 7.6.1: what `Connection` names belongs to the connection.
    @Test func dropsWhatBelongsToTheConnection() throws {
        let sent = try headers([
            ("Connection", "close, X-Hop"), ("connection", "x-other-hop"), ("X-Hop", "1"), ("X-Other-Hop", "2"),
            ("Upgrade", "websocket"), ("Transfer-Encoding", "chunked"), ("Trailer", "X-End"), ("X-End-To-End", "3"),
        ])
        #expect(names(ForwardedHeaders.request(sent, peer: nil)) == ["x-end-to-end"])
        #expect(names(ForwardedHeaders.response(sent)) == ["x-end-to-end"])
    }

    @Test func tellsThePeerAndNobodyElse() throws {
        let sent = try headers([("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-For", "10.0.0.2")])
        #expect(ForwardedHeaders.request(sent, peer: "192.0.2.7")[values: .xForwardedFor] == ["192.0.2.7"])
        #expect(names(ForwardedHeaders.request(sent, peer: nil)) == [])
    }

    @Test(arguments: [
        "Host", "Content-Length", "Expect", "Forwarded", "X-Request-Timeout-Ms", "X-User-ID", "X-Overloaded",
    ])
    func decidesItselfAbout(name: String) throws {
        #expect(names(ForwardedHeaders.request(try headers([(name, "1")]), peer: nil)) == [])
    }

    /// What services tell each other about their load is nothing to a client.
    @Test func keepsTheMarkOfOverloadInside() throws {
        #expect(
            names(ForwardedHeaders.response(try headers([("X-Overloaded", "1"), ("Retry-After", "1")]))) == [
                "retry-after"
            ]
        )
    }

    @Test(arguments: ["Authorization", "Accept", "If-Match", "Idempotency-Key", "Content-Type", "Range"])
    func passesOn(name: String) throws {
        let sent = try headers([(name, "1")])
        #expect(ForwardedHeaders.request(sent, peer: nil) == sent)
    }
}
