import Discovery

extension Endpoint {
    /// A replica of which a test needs the name alone.
    static func named(_ id: String) -> Self {
        Self(id: id, host: "127.0.0.1", port: 8080)
    }
}
