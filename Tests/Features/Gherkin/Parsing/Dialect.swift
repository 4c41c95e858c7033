/// The English keywords, the only dialect this parser reads.
enum Dialect {
    static let language = "en"
    static let feature = ["Feature", "Business Need", "Ability"]
    static let rule = ["Rule"]
    static let background = ["Background"]
    static let scenario = ["Example", "Scenario", "Scenario Outline", "Scenario Template"]
    static let examples = ["Examples", "Scenarios"]

    /// The step keywords with the space that ends them; none is a prefix of another.
    static let steps: [(keyword: String, type: StepKeywordType)] = [
        ("Given ", .context), ("When ", .action), ("Then ", .outcome),
        ("And ", .conjunction), ("But ", .conjunction), ("* ", .unknown),
    ]
}
