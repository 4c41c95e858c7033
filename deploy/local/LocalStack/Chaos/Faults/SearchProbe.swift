import HTTPTypes

/// The searches of the load: each of them has matches in the demo catalogue.
struct SearchProbe: Sendable {
    /// The only way in which a search may fail when nobody is there to answer it.
    static let unavailable = "503 application/problem+json"

    private static let paths = [
        "/v1/listings?q=cat", "/v1/listings?q=black%20cat", "/v1/listings?sort=newest&species=dog",
        "/v1/listings?q=lun*", "/v1/listings",
    ]
    private static let longestKind = 60

    private struct Answer: Decodable {
        var total: Int
    }

    let gateway: GatewayClient

    /// Sends the search with this number; how it failed, nil when it found something.
    func send(_ number: Int) async -> String? {
        do {
            let reply = try await gateway.send(.get, Self.paths[number % Self.paths.count])
            guard reply.status == 200 else {
                let mediaType = reply.headers[.contentType]?.split(separator: ";").first ?? "without a media type"
                return "\(reply.status) \(mediaType)"
            }
            return try reply.decode(Answer.self).total > 0 ? nil : "200 with an empty list"
        } catch {
            return String("\(error)".prefix(Self.longestKind))
        }
    }
}
