public import Configuration
import FoundationEssentials
import Logging
import StructuredLogging

/// The values of a service's settings, all checked before anything starts.
public struct Settings: Sendable {
    private let values: [String: String]
    /// The paths of the secret files that were named.
    private let secretFiles: [String: String]
    private let definitions: [String: Setting]

    /// Reads flags, environment and the file that `--config-file` or `CONFIG_FILE` names, and checks every value.
    ///
    /// - Parameters:
    ///   - definitions: The settings there are.
    ///   - arguments: The process's arguments without its name.
    ///   - environment: The process's environment.
    /// - Returns: The values of all settings; a flag wins over the environment, and that over the file.
    /// - Throws: ``SettingsError`` listing every problem.
    public static func load(
        _ definitions: [Setting],
        arguments: [String],
        environment: [String: String]
    ) throws(SettingsError) -> Self {
        let flags = CommandLineFlags(arguments, definitions: definitions)
        var problems = flags.problems
        var providers: [any ConfigProvider] = [
            flags.provider(for: definitions),
            EnvironmentVariablesProvider(environmentVariables: environment),
        ]
        let path = ConfigReader(providers: providers).string(forKey: "config.file") ?? ""
        if !path.isEmpty {
            let file = ConfigurationFile(path: path, definitions: definitions)
            problems += file.problems
            providers.append(file.provider(for: definitions))
        }
        do throws(SettingsError) {
            let settings = try Self(definitions, reader: ConfigReader(providers: providers)) { setting in
                if flags.values[setting.flag] != nil { return setting.flag }
                return environment[setting.variable] != nil ? setting.variable : path
            }
            guard problems.isEmpty else { throw SettingsError(problems) }
            return settings
        } catch {
            throw SettingsError(problems + error.problems.filter { !problems.contains($0) })
        }
    }

    /// Reads and checks every setting from a reader.
    ///
    /// - Throws: ``SettingsError`` listing every problem.
    public init(_ definitions: [Setting], reader: ConfigReader) throws(SettingsError) {
        try self.init(definitions, reader: reader, source: \.flag)
    }

    /// Reads and checks every setting; `source` names where a value was written.
    private init(
        _ definitions: [Setting],
        reader: ConfigReader,
        source: (Setting) -> String
    ) throws(SettingsError) {
        var values: [String: String] = [:]
        var secretFiles: [String: String] = [:]
        var problems: [String] = []
        for setting in definitions {
            guard let text = reader.string(forKey: setting.configKey) ?? setting.defaultText else {
                problems.append("\(setting.key) is required: \(setting.flag)=… or \(setting.variable)=…")
                continue
            }
            do {
                values[setting.key] = try Self.checked(text, setting, source)
                if setting.kind == .secretFile, !text.isEmpty { secretFiles[setting.key] = text }
            } catch {
                problems.append(error.description)
            }
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
        self.values = values
        self.secretFiles = secretFiles
        self.definitions = Dictionary(uniqueKeysWithValues: definitions.map { ($0.key, $0) })
    }

    /// A text, choice, URL or the contents of a secret file.
    public func text(_ key: String) -> String {
        guard let value = values[key] else { preconditionFailure("\(key) is no declared setting") }
        return value
    }

    /// What reads a secret file again each time it is asked, for secrets that change while the process runs.
    ///
    /// A file that cannot be read at the moment, or is empty, leaves the secret as it was at the start.
    /// - Returns: The secret; empty where there is none.
    public func secret(_ key: String) -> @Sendable () -> String {
        let atStart = text(key)
        guard let path = secretFiles[key] else { return { atStart } }
        return { Self.secret(inFile: path) ?? atStart }
    }

    /// A whole number.
    public func integer(_ key: String) -> Int {
        guard let value = Int(text(key)) else { preconditionFailure("\(key) is no integer setting") }
        return value
    }

    /// A whole number that may be left out; nil where it was.
    public func optionalInteger(_ key: String) -> Int? { Int(text(key)) }

    /// A duration.
    public func duration(_ key: String) -> Duration {
        guard let value = DurationText.parse(text(key)) else { preconditionFailure("\(key) is no duration setting") }
        return value
    }

    /// What follows the scheme of a URL setting: a path for local engines.
    public func urlPath(_ key: String) -> String {
        let value = text(key)
        guard let colon = value.firstIndex(of: ":") else { preconditionFailure("\(key) is no URL setting") }
        return String(value[value.index(after: colon)...])
    }

    /// Every key with its value, secrets masked, for the log at start.
    public var summary: [String: String] {
        values.reduce(into: [:]) { summary, entry in
            switch definitions[entry.key]?.kind {
            case .secretFile: summary[entry.key] = "(secret)"
            case .url: summary[entry.key] = Self.maskingPassword(entry.value)
            default: summary[entry.key] = entry.value
            }
        }
    }

    /// The summary as a log takes it: what is secret was declared so and is masked, the rest is shown under any key.
    var metadata: Logger.MetadataValue {
        .dictionary(summary.mapValues { .stringConvertible(Disclosed($0)) })
    }

    /// A URL without the password that somebody put into it, where none belongs.
    private static func maskingPassword(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@"), let begin = url.firstRange(of: "//")?.upperBound, begin < at,
            let colon = url[begin..<at].firstIndex(of: ":")
        else { return url }
        return url[...colon] + "…" + url[at...]
    }

    private static func checked(
        _ text: String,
        _ setting: Setting,
        _ source: (Setting) -> String
    ) throws(SettingsError) -> String {
        let isAcceptable =
            switch setting.kind {
            case .text: true
            case .integer(let range): Int(text).map(range.contains) ?? false
            case .optionalInteger(let range): text.isEmpty || Int(text).map(range.contains) ?? false
            case .duration(let range): DurationText.parse(text).map(range.contains) ?? false
            case .choice(let words): words.contains(text)
            case .url(let schemes):
                text == setting.defaultText
                    || schemes.contains { text.hasPrefix($0 + ":") && text.utf8.count > $0.utf8.count + 1 }
            case .secretFile: true
            }
        guard isAcceptable else {
            let problem = "\(setting.key) must be \(setting.expectation); it is \"\(text)\" (\(source(setting)))"
            throw SettingsError([problem])
        }
        // A secret that there may not be has an empty default.
        guard setting.kind == .secretFile, text != setting.defaultText || !text.isEmpty else { return text }
        guard let secret = Self.secret(inFile: text) else {
            let isThere = FileManager.default.contents(atPath: text) != nil
            throw SettingsError(["\(setting.key): the secret file \(text) \(isThere ? "is empty" : "cannot be read")"])
        }
        return secret
    }

    /// The contents of a file without the line feeds at its end; nil where it cannot be read, or is empty.
    private static func secret(inFile path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let secret = String(decoding: data, as: UTF8.self).trimmingSuffix(while: \.isNewline)
        return secret.isEmpty ? nil : String(secret)
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}
