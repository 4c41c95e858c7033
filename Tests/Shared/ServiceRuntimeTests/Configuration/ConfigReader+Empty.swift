import Configuration

extension ConfigReader {
    /// A reader without a single value.
    static var empty: ConfigReader { ConfigReader(provider: InMemoryProvider(values: [:])) }
}
