import Configuration

/// One thing that a service can be told: a key, what it means, what it may be, and its default.
///
/// The key `http.port` is the flag `--http-port`, the environment variable `HTTP_PORT` and the member
/// `{"http": {"port": …}}` of the configuration file; flags win over the environment, the environment over the file.
public struct Setting: Hashable, Sendable {
    /// What values a setting takes.
    public enum Kind: Hashable, Sendable {
        /// Any text.
        case text
        /// A whole number in a range.
        case integer(ClosedRange<Int>)
        /// A whole number in a range, or nothing.
        case optionalInteger(ClosedRange<Int>)
        /// A duration such as `250ms`, `5s`, `10m`, `6h`.
        case duration(ClosedRange<Duration>)
        /// One of these words.
        case choice([String])
        /// A URL such as `sqlite:/var/lib/users.sqlite` with one of these schemes, or the default.
        case url(schemes: [String])
        /// A file whose contents are the value: the secret itself never stands in a flag or the environment.
        /// With an empty default there may be none.
        case secretFile
    }

    /// The key, words joined by dots.
    public let key: String
    /// What values it takes.
    public let kind: Kind
    /// The default as it would be written; nil when a value is required.
    public let defaultText: String?
    /// What it is for, one sentence.
    public let summary: String

    /// Creates a setting; without a default it is required.
    public init(_ key: String, _ kind: Kind, default defaultText: String? = nil, _ summary: String) {
        self.key = key
        self.kind = kind
        self.defaultText = defaultText
        self.summary = summary
    }

    /// The command line's spelling.
    public var flag: String { "--" + key.split(separator: ".").joined(separator: "-") }

    /// The environment's spelling.
    public var variable: String {
        key.split(whereSeparator: { $0 == "." || $0 == "-" }).joined(separator: "_").uppercased()
    }

    /// The key as the configuration library has it.
    var configKey: ConfigKey { ConfigKey(path) }

    /// The words of the key.
    var path: [String] { key.split(separator: ".").map(String.init) }

    /// What values it takes, in words.
    var expectation: String {
        switch kind {
        case .text: "text"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .optionalInteger(let range): "a whole number from \(range.lowerBound) to \(range.upperBound), or nothing"
        case .duration(let range):
            "a duration from \(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .url(let schemes): "a URL with the scheme " + Self.choice(schemes)
        case .secretFile: "the path of a file that holds the secret"
        }
    }
}

extension Setting {
    /// The words with commas between them, and “or” before the last one.
    private static func choice(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension [Setting] {
    /// The values that `text` has, as the configuration library takes them.
    func configurationValues(_ text: (Setting) -> String?) -> [AbsoluteConfigKey: ConfigValue] {
        reduce(into: [:]) { values, setting in
            guard let text = text(setting) else { return }
            values[AbsoluteConfigKey(setting.configKey)] = ConfigValue(.string(text), isSecret: false)
        }
    }
}
