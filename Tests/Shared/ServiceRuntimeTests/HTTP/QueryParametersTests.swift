import Hummingbird
import ServiceRuntime
import Testing

@Suite struct QueryParametersTests {
    private func parse(_ query: String) throws -> [String] {
        try QueryParameters.parse(.sample("/search" + query)).map { "\($0.name)→\($0.value)" }
    }

    @Test(
        arguments: [
            ("", []), ("?", []), ("?&&", []), ("?q=cat", ["q→cat"]), ("?q", ["q→"]), ("?q=", ["q→"]), ("?=x", ["→x"]),
            ("?b=2&a=1&b=3", ["b→2", "a→1", "b→3"]), ("?q=a+b%20c%2B", ["q→a b c+"]), ("?q=a=b", ["q→a=b"]),
            ("?%71=%F0%9F%90%88", ["q→🐈"]), ("?q=%26%3D", ["q→&="]), ("?q=%c3%a9", ["q→é"]), ("?q=%00", ["q→\u{0}"]),
        ] as [(String, [String])]
    )
    func readsNamesAndValuesInOrder(_ query: String, _ expected: [String]) throws {
        #expect(try parse(query) == expected)
    }

    @Test(arguments: ["?q=%", "?q=%2", "?q=%zz", "?q=%FF", "?q=%C3", "?%ED%A0%80=1", "?q=%-1", "?q=%+1"])
    func refusesBrokenPercentEncoding(_ query: String) {
        let problem = #expect(throws: Problem.self) { try parse(query) }
        #expect(problem?.status == .badRequest)
        #expect(problem?.kind == "malformed-query")
    }
}
