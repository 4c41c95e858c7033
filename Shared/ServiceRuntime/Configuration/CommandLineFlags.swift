import Configuration

/// The command line's flags, each `--key=value` or `--key value` and at most once.
struct CommandLineFlags {
    private(set) var values: [String: String] = [:]
    private(set) var problems: [String] = []

    init(_ arguments: [String], definitions: [Setting]) {
        let known = Set(definitions.map(\.flag))
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let flag = parts[0]
            var value = parts.count == 2 ? parts[1] : nil
            if flag.hasPrefix("-"), value == nil, let next = rest.first, !next.hasPrefix("-") {
                value = rest.removeFirst()
            }
            if !known.contains(flag) {
                problems.append("\(flag) is no setting of this service; --help lists them all")
            } else if values[flag] != nil {
                problems.append("\(flag) is given more than once")
            } else if let value {
                values[flag] = value
            } else {
                problems.append("\(flag) needs a value: \(flag)=…")
            }
        }
    }

    /// The values by key.
    func provider(for definitions: [Setting]) -> InMemoryProvider {
        InMemoryProvider(name: "flags", values: definitions.configurationValues { values[$0.flag] })
    }
}
