import HTTPTypes
import SearchContract
import ServiceTestSupport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ImportRoutesTests {
    private let ndjson: HTTPFields = [.contentType: "application/x-ndjson"]

    @Test func countsWhatBecameOfEachLine() async throws {
        try await withSearchService { search in
            let first = try await search.import(Catalogue.lines)
            #expect([first.accepted, first.replaced, first.unchanged, first.rejected] == [5, 0, 0, 0])
            let again = try await search.import(Catalogue.lines)
            #expect([again.accepted, again.replaced, again.unchanged, again.rejected] == [0, 0, 5, 0])
            let more = try await search.import(
                """
                {"id":"A1","species":"DOG","intakeOn":"2024-04-01"}
                {"id":"A2","species":"DOG","intakeOn":"2020-01-01"}
                {"id":"A6","species":"CAT"}
                {"id":"A7"}
                """
            )
            #expect([more.accepted, more.replaced, more.unchanged, more.rejected] == [1, 1, 1, 1])
            #expect(try await search.search("limit=1").total == 6)
        }
    }

    @Test func tellsWhatIsWrongWithEachBadLineAndTakesTheGoodOnes() async throws {
        try await withSearchService { search in
            let reply = try await search.import(
                """
                {"id":"A1","species":"DOG"}
                {"id":"A2","species":
                {"id":"A3","species":"","bornOn":"2023-02-29"}

                {"id":"A4","species":"DOG","breed":"x"}
                {"id":"A5","species":"DOG"}
                """
            )
            #expect([reply.accepted, reply.rejected] == [2, 3])
            let errors = reply.errors.map { "\($0.line) \($0.pointer) \($0.rule)" }
            #expect(
                errors == [
                    "2  json", "3 /species not-blank", "3 /species length", "3 /bornOn date", "5 /breed unknown",
                ]
            )
            #expect(reply.errors.allSatisfy { !$0.message.isEmpty })
            #expect(try await search.found("sort=newest") == ["A5", "A1"])
        }
    }

    /// What no index takes whole: a word of thousands of letters, and five values as long as they may be.
    @Test func takesWhatIsAsLongAsItMayBe() async throws {
        try await withSearchService { search in
            let text = String(repeating: "猫", count: 200)
            let word = String(repeating: "猫", count: 3999)
            let reply = try await search.import(
                """
                {"id":"L1","species":"\(text)","primaryColor":"\(text)","sex":"\(text)","jurisdiction":"\(text)",\
                "outcomeType":"\(text)","name":"\(text)"}
                {"id":"L2","species":"cat","description":"\(word)"}

                """
            )
            #expect(reply.accepted == 2 && reply.rejected == 0)
            #expect(try await search.found("q=" + QueryText.encode("猫猫*")).sorted() == ["L1", "L2"])
            #expect(try await search.found("q=" + QueryText.encode(text)) == ["L1"])
        }
    }

    @Test func tellsTheFirstHundredErrorsAndCountsAll() async throws {
        try await withSearchService { search in
            let bad = (1...150).map { "{\"id\":\"B\($0)\"}\n" }.joined()
            let reply = try await search.import(bad + #"{"id":"A1","species":"DOG"}"#)
            #expect([reply.accepted, reply.rejected] == [1, 150])
            #expect(reply.errors.map(\.line) == Array(1...100))
        }
    }

    @Test(arguments: ["\n", "\r\n"], [true, false])
    func takesLinesHoweverTheyEnd(lineEnd: String, hasFinalEnd: Bool) async throws {
        try await withSearchService { search in
            let lines = (1...3).map { #"{"id":"A\#($0)","species":"DOG"}"# }
            let reply = try await search.import(lines.joined(separator: lineEnd) + (hasFinalEnd ? lineEnd : ""))
            #expect([reply.accepted, reply.rejected] == [3, 0])
        }
    }

    @Test(arguments: [
        (#"{"animalID":"A1","species":"DOG"}"#, []),
        (#"{"animalID":"A1","id":"A1","species":"DOG"}"#, []),
        (#"{"animalID":"A1","id":"A2","species":"DOG"}"#, ["/animalID mismatch"]),
        (#"{"species":"DOG"}"#, ["/id required"]),
        (#"{"animalID":"no id!","species":"DOG"}"#, ["/animalID identifier"]),
        (#"{"animalID":"import","species":"DOG"}"#, ["/animalID reserved"]),
        (#"{"id":"..","species":"DOG"}"#, ["/id reserved"]),
        (#"{"animalID":null,"id":null,"species":"DOG"}"#, ["/id required"]),
    ])
    func takesTheIDUnderEitherName(line: String, errors: [String]) async throws {
        try await withSearchService { search in
            let reply = try await search.import(line)
            #expect(reply.errors.map { "\($0.pointer) \($0.rule)" } == errors)
            #expect(try await search.found("limit=5") == (errors.isEmpty ? ["A1"] : []))
        }
    }

    @Test func takesAnOutcomeAndThenACorrection() async throws {
        try await withSearchService { search in
            let states = [
                #"{"id":"A1","species":"DOG","name":"Zoe","intakeOn":"2024-01-02"}"#,
                #"{"id":"A1","species":"DOG","name":"Zoe","intakeOn":"2024-01-02","outcomeOn":"2024-02-02"}"#,
                #"{"id":"A1","species":"DOG","name":"Abe","intakeOn":"2024-01-02","outcomeOn":"2024-02-02"}"#,
            ]
            _ = try await search.import(states[0])
            for state in states.dropFirst() {
                let reply = try await search.import(state)
                #expect([reply.accepted, reply.replaced, reply.unchanged] == [0, 1, 0])
            }
            let outdated = try await search.import(states[0])
            #expect([outdated.accepted, outdated.replaced, outdated.unchanged] == [0, 0, 1])
            #expect(try await search.listing("A1").name == "Abe")
        }
    }

    /// Which line wins does not depend on the order of the lines.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func keepsTheLatestIntake(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let lines = [
            #"{"id":"A1","species":"DOG","name":"earlier","intakeOn":"2023-12-31","outcomeOn":"2024-06-01"}"#,
            #"{"id":"A1","species":"DOG","name":"undated"}"#,
            #"{"id":"A1","species":"DOG","name":"gone","intakeOn":"2024-01-02","outcomeOn":"2024-02-02"}"#,
            #"{"id":"A1","species":"DOG","name":"still here","intakeOn":"2024-01-02"}"#,
            #"{"id":"A1","species":"DOG","name":"gone before","intakeOn":"2024-01-02","outcomeOn":"2024-02-01"}"#,
        ].shuffled(using: &generator)
        try await withSearchService { search in
            let reply = try await search.import(lines.joined(separator: "\n"))
            #expect(reply.accepted == 1)
            #expect(reply.replaced + reply.unchanged == 4)
            #expect(try await search.listing("A1").name == "gone")
            #expect(try await search.search("limit=1").total == 1)
        }
    }

    @Test func changesTheTagOfAListingThatItReplaces() async throws {
        try await withSearchService { search in
            _ = try await search.import(Catalogue.lines)
            let before = try await search.send(.get, "/v1/listings/A1").headers[.eTag]
            _ = try await search.import(Catalogue.lines)
            #expect(try await search.send(.get, "/v1/listings/A1").headers[.eTag] == before)
            _ = try await search.import(#"{"id":"A1","species":"DOG","intakeOn":"2024-04-01"}"#)
            #expect(try await search.send(.get, "/v1/listings/A1").headers[.eTag] != before)
        }
    }

    @Test func dropsALineThatIsTooLongAndTakesTheNext() async throws {
        try await withSearchService { search in
            let padding = String(repeating: " ", count: 64 * 1024 - #"{"id":"A1","species":"DOG"}"#.utf8.count)
            let reply = try await search.import(
                #"{"id":"A1","species":"DOG"}"# + padding + "\r\n"
                    + #"{"id":"A2","species":"DOG"}"# + padding + " \n"
                    + #"{"id":"A3","species":"DOG"}"#
            )
            #expect([reply.accepted, reply.rejected] == [2, 1])
            #expect(reply.errors.map { "\($0.line) \($0.pointer) \($0.rule)" } == ["2  line-length"])
            #expect(try await search.found("sort=newest") == ["A3", "A1"])
        }
    }

    @Test func takesFilesOfManyBatches() async throws {
        try await withSearchService { search in
            let lines = (1...1201).map { #"{"id":"A\#($0)","species":"DOG","name":"Number \#($0)"}"# }
            let reply = try await search.import(lines.joined(separator: "\n"))
            #expect([reply.accepted, reply.rejected] == [1201, 0])
            #expect(try await search.search("species=DOG").total == 1201)
            #expect(try await search.found("q=number+1201") == ["A1201"])
        }
    }

    @Test(arguments: ["", "\n\n \t\n", "\r\n"])
    func takesAnEmptyFile(lines: String) async throws {
        try await withSearchService { search in
            let reply = try await search.import(lines)
            #expect([reply.accepted, reply.replaced, reply.unchanged, reply.rejected] == [0, 0, 0, 0])
        }
    }

    @Test(
        arguments: [(nil, 401), ([], 403), (["operator"], 403), (["shelter"], 200), (["admin"], 200)]
            as [(Set<String>?, Int)]
    )
    func isForSheltersAndAdministrators(roles: Set<String>?, status: Int) async throws {
        try await withSearchService { search in
            let answer = try await search.send(
                .post,
                SearchAddress.importPath,
                Catalogue.lines,
                roles: roles,
                headers: ndjson
            )
            #expect(answer.status.code == status)
            #expect(try await search.search("limit=1").total == (status == 200 ? 5 : 0))
        }
    }

    @Test func takesNothingButLinesOfJSON() async throws {
        try await withSearchService { search in
            let answer = try await search.send(.post, SearchAddress.importPath, "[]", roles: ["shelter"])
            #expect(answer.status == .unsupportedMediaType)
            #expect(answer.headers[.accept] == "application/x-ndjson")
        }
    }
}
