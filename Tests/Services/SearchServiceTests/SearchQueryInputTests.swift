import HTTPTypes
import InputValidation
import ServiceTestSupport
import TestSupport
import Testing

/// Queries that are refused, and queries that look like the index's own language.
@Suite(.timeLimit(.minutes(1))) struct SearchQueryInputTests {
    @Test(arguments: [
        ("q=", ["/q length"]),
        ("q=%20%20", ["/q words"]),
        ("q=***", ["/q words"]),
        ("q=%F0%9F%90%88", ["/q words"]),
        ("q=cat%00", ["/q control-characters"]),
        ("q=a&q=b", ["/q repeated"]),
        ("limit=0", ["/limit range"]),
        ("limit=101", ["/limit range"]),
        ("limit=ten", ["/limit range"]),
        ("limit=1.0", ["/limit range"]),
        ("limit=", ["/limit range"]),
        ("sort=oldest", ["/sort one-of"]),
        ("intakeFrom=2023-02-29", ["/intakeFrom date"]),
        ("intakeTo=yesterday", ["/intakeTo date"]),
        ("species=", ["/species length"]),
        ("cursor=", ["/cursor bytes"]),
        ("colour=BLACK", ["/colour unknown"]),
        ("sort=x&limit=y&Q=z", ["/sort one-of", "/limit range", "/Q unknown"]),
    ])
    func refuses(query: String, errors: [String]) async throws {
        try await withSearchService { search in
            let answer = try await search.send(.get, "/v1/listings?" + query)
            #expect(answer.status == .badRequest)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(try answer.problem.type == "urn:clowder:problem:invalid-query")
            #expect(try answer.problem.badFields == errors)
            let messages = try answer.problem.errors?.map(\.message)
            #expect(messages?.contains("") == false)
        }
    }

    @Test(arguments: [(200, HTTPResponse.Status.ok), (201, .badRequest)])
    func boundsTheTextInCharacters(length: Int, status: HTTPResponse.Status) async throws {
        try await withSearchService { search in
            let text = QueryText.encode(String(repeating: "ë", count: length))
            let answer = try await search.send(.get, "/v1/listings?q=" + text)
            #expect(answer.status == status)
        }
    }

    @Test(arguments: ["q=%", "q=%4", "q=%zz", "q=%FF", "%C3=x"])
    func refusesBrokenEncoding(query: String) async throws {
        try await withSearchService { search in
            let answer = try await search.send(.get, "/v1/listings?" + query)
            #expect(answer.status == .badRequest)
            #expect(try answer.problem.type == "urn:clowder:problem:malformed-query")
        }
    }

    @Test(arguments: [
        "\"", "\"\"", "AND", "OR", "NOT", "NEAR(", "NEAR(a b, 5)", "name:bella", "col:", "{name species}: x", "-name:x",
        "^bella", "a + b", "a AND", "(", ")", "*", "**a", "a*b*", "'", "';--", "\\", "a\"b", "\"a\" *", "\"a*",
        "bella\u{301}", "\u{301}", "\u{301} a", "\u{E000}", "½", "٣", "\u{FFFD}", "a\u{200D}b", "🐈 cat",
        "\u{1F1E9}", "%", "_", "?1", ":id",
    ])
    func neverFailsOnSyntax(text: String) async throws {
        try await withSearchService { search in
            _ = try await search.import(Catalogue.lines)
            let answer = try await search.send(.get, "/v1/listings?q=" + QueryText.encode(text))
            #expect([.ok, .badRequest].contains(answer.status), "\(text): \(answer.body)")
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func neverFailsOnAnyMixtureOfSyntax(seed: UInt64) async throws {
        let pieces = [
            "\"", "*", "(", ")", ":", "^", "+", "-", "{", "}", ",", "'", " ", "AND", "OR", "NOT", "NEAR", "name", "a",
            "bella", "\u{301}", "é", "½", "🐈", "\t",
        ]
        try await withSearchService { search in
            var generator = SeededGenerator(seed: seed)
            _ = try await search.import(Catalogue.lines)
            for _ in 0..<100 {
                let length = Int.random(in: 1...12, using: &generator)
                let text = (0..<length).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
                let answer = try await search.send(.get, "/v1/listings?q=" + QueryText.encode(text))
                #expect([.ok, .badRequest].contains(answer.status), "seed \(seed): \(text)")
            }
        }
    }

    /// Filters are compared, not interpreted.
    @Test(arguments: ["DOG' OR '1'='1", "%", "DOG\"", "D*G", "dog"])
    func takesFiltersLiterally(text: String) async throws {
        try await withSearchService { search in
            _ = try await search.import(Catalogue.lines)
            #expect(try await search.found("species=" + QueryText.encode(text)) == [])
        }
    }
}
