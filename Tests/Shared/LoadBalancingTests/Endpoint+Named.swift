import Discovery

extension Endpoint {
    /// A replica of which a test needs the name and the weight alone.
    static func named(_ id: String, weight: Int = 1) -> Self {
        Self(id: id, host: "127.0.0.1", port: 8080, weight: weight)
    }
}
