public import HTTPTypes

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    /// The header that carries the remaining deadline between services, in whole milliseconds.
    public static let requestTimeout = HTTPField.Name("X-Request-Timeout-Ms")!
}
