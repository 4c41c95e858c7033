import HTTPTypes

extension GatewayClient {
    private struct Session: Decodable {
        var accessToken: String
    }

    /// Logs in; the access token.
    ///
    /// - Throws: `StackFailure` when the gateway refuses.
    package func logIn(email: String, password: String) async throws -> String {
        let reply = try await send(.post, "/v1/sessions", json: #"{"email":"\#(email)","password":"\#(password)"}"#)
        guard reply.status == 201 else {
            throw StackFailure("\(email) cannot log in: \(reply.status) \(reply.text)")
        }
        return try reply.decode(Session.self).accessToken
    }
}
