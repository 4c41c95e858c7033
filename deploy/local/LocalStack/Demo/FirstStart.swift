import HTTPTypes

/// What a stack is given when it is started for the first time.
package enum FirstStart {
    private struct Total: Decodable {
        var total: Int
    }

    /// Loads the demo catalogue into a stack without listings; whether it did.
    package static func loadCatalogue(into gateway: GatewayClient, account: DemoAccount) async throws -> Bool {
        let reply = try await gateway.send(.get, "/v1/listings?limit=1")
        guard reply.status == 200 else { throw StackFailure("the listings cannot be read: \(reply.text)") }
        guard try reply.decode(Total.self).total == 0 else { return false }
        let token = try await gateway.logIn(email: account.email, password: account.password)
        let text = DemoCatalogue.lines().joined(separator: "\n") + "\n"
        let imported = try await gateway.send(
            .post,
            "/v1/listings/import",
            headers: ["Content-Type": "application/x-ndjson"],
            json: text,
            token: token
        )
        guard imported.status == 200 else {
            throw StackFailure("the demo catalogue cannot be loaded: \(imported.text)")
        }
        return true
    }
}
