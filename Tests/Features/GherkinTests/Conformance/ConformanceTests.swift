import Gherkin
import Testing

/// Compares parser and compiler with the reference implementation, identifiers included.
@Suite(.enabled(if: ConformanceCorpus.isRequired, "the conformance folder is not beside the checkout"))
struct ConformanceTests {
    /// Keeps the other tests from passing because there is nothing to test.
    @Test func findsTheReferenceData() {
        #expect(ConformanceCorpus.good.count >= 45)
        #expect(ConformanceCorpus.bad.count >= 12)
    }

    @Test(arguments: ConformanceCorpus.good)
    func compilesToTheReferencePickles(_ sample: ConformanceCorpus.Sample) throws {
        let document = try GherkinParser.parse(try sample.source(), uri: sample.uri)
        let pickles = PickleCompiler.compile(document).map(ExpectedPickle.init)
        let expected = try sample.expectations("pickles", as: ExpectedPickle.Line.self).map(\.pickle)
        #expect(pickles == expected)
    }

    @Test(arguments: ConformanceCorpus.bad)
    func refusesWithTheReferenceErrors(_ sample: ConformanceCorpus.Sample) throws {
        let source = try sample.source()
        let failure = #expect(throws: GherkinErrors.self) { try GherkinParser.parse(source, uri: sample.uri) }
        let errors = (failure?.errors ?? []).map { ExpectedError($0, uri: failure?.uri ?? "") }
        let expected = try sample.expectations("errors", as: ExpectedError.Line.self).map(\.parseError)
        #expect(errors == expected)
    }
}
