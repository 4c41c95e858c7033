/// The values that one examples row gives to the placeholders of an outline.
struct ExampleValues: Sendable {
    /// The values of a scenario without examples.
    static let none = ExampleValues(names: [], values: [])

    private let names: [String]
    private let values: [String]

    init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    /// Replaces each `<name>` by its value, one column after the other.
    ///
    /// A value that looks like the placeholder of a later column is replaced in turn, as in the reference compiler.
    func fill(_ text: String) -> String {
        zip(names, values).reduce(text) { filled, column in
            filled.replacing("<\(column.0)>", with: column.1)
        }
    }
}
