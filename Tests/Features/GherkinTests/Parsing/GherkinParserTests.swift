import Gherkin
import Testing

@Suite struct GherkinParserTests {
    private func errors(in source: String) -> [GherkinError] {
        let failure = #expect(throws: GherkinErrors.self) {
            try GherkinParser.parse(source, uri: "a.feature")
        }
        return failure?.errors ?? []
    }

    @Test func pointsAtTheFirstVisibleCharacterOfAnUnexpectedLine() {
        let errors = errors(in: "Feature: A\n  Scenario: B\n    Given c\n\t  nonsense\n")
        #expect(errors.map(\.location) == [Location(line: 4, column: 4)])
    }

    @Test func pointsAtTheTagThatHoldsWhiteSpace() {
        let errors = errors(in: "Feature: A\n  @one @t wo @three\n  Scenario: B\n    Given c\n")
        let location = Location(line: 2, column: 8)
        #expect(errors == [GherkinError(location: location, problem: .whitespaceInTag)])
    }

    @Test func pointsAtTheFirstRowOfDifferentWidth() {
        let errors = errors(in: "Feature: A\n  Scenario: B\n    Given c\n      | 1 | 2 |\n      | 3 |\n      | 4 |\n")
        let location = Location(line: 5, column: 7)
        #expect(errors == [GherkinError(location: location, problem: .inconsistentCellCount)])
    }

    @Test func pointsBehindTheLastLineWhenTheFileEndsEarly() {
        let errors = errors(in: "Feature: A\n  Scenario: B\n    Given c\n      \"\"\"\n")
        let problem = GherkinError.Problem.unexpectedEndOfFile(expected: ["#DocStringSeparator", "#Other"])
        #expect(errors == [GherkinError(location: Location(line: 5), problem: problem)])
    }

    @Test func refusesOtherDialects() {
        let errors = errors(in: "# language: fr\nFeature: A\n")
        let location = Location(line: 1, column: 1)
        #expect(errors == [GherkinError(location: location, problem: .unsupportedLanguage("fr"))])
    }

    @Test func stopsAfterElevenErrors() {
        let nonsense = (1...10).map { "nonsense \($0)\n" }.joined() + "@two errors\nnonsense\n"
        #expect(errors(in: nonsense).count == 11)
    }

    @Test func reportsALineOnceAlthoughItIsReadAheadOfTheLineBefore() {
        let errors = errors(in: "Feature: A\n@one\n@t wo\nScenario: B\n  Given c\n")
        #expect(errors.filter { $0.problem == .whitespaceInTag }.count == 1)
    }

    @Test func namesTheFileInEveryLineOfTheMessage() {
        let failure = #expect(throws: GherkinErrors.self) {
            try GherkinParser.parse("one\ntwo", uri: "features/a.feature")
        }
        let places = failure?.description.split(separator: "\n").map { $0.prefix { $0 != ")" } }
        #expect(places == ["features/a.feature: (1:1", "features/a.feature: (2:1"])
    }

    @Test func keepsDescriptionsWithoutCommentsAndTrailingEmptyLines() throws {
        let source = "Feature: A\n  one\n  # comment\n\n  two\n\n  Scenario: B\n    Given c\n"
        let document = try GherkinParser.parse(source, uri: "a.feature")
        #expect(document.feature?.description == "  one\n\n  two")
    }

    @Test func tellsRuleTagsFromScenarioTags() throws {
        let source = "Feature: A\n@s\nScenario: B\nGiven c\n@r1\n\n# comment\n@r2\nRule: D\n@s2\nScenario: E\n* f\n"
        let document = try GherkinParser.parse(source, uri: "a.feature")
        #expect(document.feature?.scenarios.map { $0.tags.map(\.name) } == [["@s"]])
        #expect(document.feature?.rules.map { $0.tags.map(\.name) } == [["@r1", "@r2"]])
        #expect(document.feature?.rules.flatMap(\.scenarios).map { $0.tags.map(\.name) } == [["@s2"]])
    }
}
