import Configuration
import FoundationEssentials
import InputValidation

/// The JSON file with settings: objects for the words of a key, a string or a number for its value.
struct ConfigurationFile {
    private(set) var values: [String: String] = [:]
    private(set) var problems: [String] = []

    private let path: String
    private let settings: [[String]: Setting]

    init(path: String, definitions: [Setting]) {
        self.path = path
        settings = Dictionary(uniqueKeysWithValues: definitions.map { ($0.path, $0) })
        guard let data = FileManager.default.contents(atPath: path) else {
            problems = ["config.file: \(path) cannot be read"]
            return
        }
        do {
            let document = try StrictJSON.parse(data)
            guard case .object = document else {
                problems = ["config.file: \(path) holds a JSON \(document.kind), not an object"]
                return
            }
            take(document, at: [])
        } catch {
            problems = ["config.file: \(path) is not JSON: \(error)"]
        }
    }

    /// The values by key.
    func provider(for definitions: [Setting]) -> InMemoryProvider {
        InMemoryProvider(name: path, values: definitions.configurationValues { values[$0.key] })
    }

    private mutating func take(_ value: JSONValue, at path: [String]) {
        let setting = settings[path]
        switch (value, setting) {
        case (.object(let members), nil) where path.isEmpty || settings.keys.contains { $0.starts(with: path) }:
            for member in members { take(member.value, at: path + [member.key]) }
        case (_, nil):
            let key = path.joined(separator: ".")
            problems.append("\(key) is no setting of this service; --help lists them all (\(self.path))")
        case (.string(let text), let setting?), (.number(let text), let setting?):
            values[setting.key] = text
        case (_, let setting?):
            problems.append("\(setting.key) must be \(setting.expectation); it is a JSON \(value.kind) (\(self.path))")
        }
    }
}
