import HTTPTypes
import SearchContract
import ServiceTestSupport
import Testing

/// What searches find, count and leave out.
@Suite(.timeLimit(.minutes(1))) struct SearchRoutesTests {
    private func withCatalogue(_ body: @Sendable (RunningSearch) async throws -> Void) async throws {
        try await withSearchService { search in
            _ = try await search.import(Catalogue.lines)
            try await body(search)
        }
    }

    @Test(arguments: [
        ("bella", ["A1", "A2", "A3"]),
        ("BELLA black", ["A1", "A3"]),
        ("bella labrador", ["A1"]),
        ("bella unicorn", []),
        ("lab", []),
        ("lab*", ["A1"]),
        ("bel* bla*", ["A1", "A3"]),
        ("\"gentle black\"", ["A1"]),
        ("\"black gentle\"", []),
        ("\"gentle black", ["A1"]),
        ("gentle-black", ["A1"]),
        ("*Bella labrador", ["A1"]),
        ("zoe", ["A5"]),
        ("ZOË", ["A5"]),
        ("Zoe\u{308}", ["A5"]),
        ("AND", ["A2"]),
        ("salt AND pepper", ["A2"]),
        ("orange tabby cat", ["A4"]),
    ])
    func finds(text: String, ids: [String]) async throws {
        try await withCatalogue { search in
            let found = try await search.found("q=" + QueryText.encode(text))
            #expect(found.sorted() == ids)
        }
    }

    @Test(arguments: [
        ("species=DOG", ["A1", "A2"]),
        ("species=dog", []),
        ("color=BLACK", ["A1", "A3", "A4"]),
        ("sex=Male", ["A2", "A4"]),
        ("jurisdiction=Travis+County", ["A3"]),
        ("outcome=ADOPTION", ["A2"]),
        ("intakeFrom=2024-02-01", ["A1", "A2", "A4"]),
        ("intakeTo=2024-02-01", ["A2", "A3"]),
        ("intakeFrom=2024-02-01&intakeTo=2024-02-01", ["A2"]),
        ("intakeFrom=2024-03-01&intakeTo=2024-01-01", []),
        ("color=BLACK&sex=Female&species=CAT", ["A3"]),
        ("q=bella&species=DOG", ["A1", "A2"]),
        ("q=bella&color=TAN", ["A1"]),
        ("", ["A1", "A2", "A3", "A4", "A5"]),
    ])
    func filters(query: String, ids: [String]) async throws {
        try await withCatalogue { search in
            let found = try await search.found(query)
            #expect(found.sorted() == ids)
        }
    }

    /// The latest intake first; of one day, what was added last; the undated last.
    @Test(arguments: ["sort=newest", "", "sort=relevance"])
    func ordersByIntakeWithoutWords(query: String) async throws {
        try await withCatalogue { search in
            let found = try await search.found(query)
            #expect(found == ["A4", "A1", "A2", "A3", "A5"])
        }
    }

    @Test func ordersByRelevanceUnlessAskedOtherwise() async throws {
        try await withCatalogue { search in
            let best = try await search.found("q=bella")
            #expect(best.last == "A2")
            #expect(try await search.found("q=bella&sort=relevance") == best)
            #expect(try await search.found("q=bella&sort=newest") == ["A1", "A2", "A3"])
        }
    }

    @Test func answersNoMatchWithAnEmptyPage() async throws {
        try await withCatalogue { search in
            let answer = try await search.send(.get, "/v1/listings?q=unicorn")
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/json")
            #expect(answer.body.contains(#""items":[]"#))
            #expect(answer.body.contains(#""total":0"#))
            #expect(!answer.body.contains("null"))
            let reply: SearchReply = try answer.decoded()
            #expect(reply.nextCursor == nil)
            #expect(reply.tookMilliseconds >= 0)
            #expect(reply.facets.keys.sorted() == ["color", "jurisdiction", "outcome", "sex", "species"])
            #expect(reply.facets.values.allSatisfy { $0.isEmpty })
        }
    }

    @Test func countsFacetsOverAllMatches() async throws {
        try await withCatalogue { search in
            let all = try await search.search("limit=1")
            #expect(all.items.count == 1)
            #expect(all.total == 5)
            #expect(all.facets["species"]?.map { "\($0.value) \($0.count)" } == ["CAT 2", "DOG 2", "BIRD 1"])
            #expect(
                all.facets["color"]?.map { "\($0.value) \($0.count)" }
                    == ["BLACK 2", "BROWN 1", "GREEN 1", "ORANGE TABBY 1"]
            )
            #expect(all.facets["sex"]?.map { "\($0.value) \($0.count)" } == ["Female 2", "Male 2"])
            #expect(all.facets["outcome"]?.map { "\($0.value) \($0.count)" } == ["ADOPTION 1"])
            let dogs = try await search.search("q=bella&species=DOG")
            #expect(dogs.facets["species"]?.map { "\($0.value) \($0.count)" } == ["DOG 2"])
            #expect(dogs.facets["jurisdiction"]?.map { "\($0.value) \($0.count)" } == ["Austin 2"])
        }
    }

    @Test func showsAndFindsNamesGivenByStaff() async throws {
        try await withCatalogue { search in
            let reply = try await search.search("q=bella&color=TAN")
            #expect(reply.items.map(\.name) == ["*Bella"])
            #expect(try await search.listing("A1").name == "*Bella")
        }
    }

    @Test func followsEveryChangeAtOnce() async throws {
        try await withCatalogue { search in
            let body = #"{"species":"DOG","name":"Stella"}"#
            _ = try await search.send(.put, "/v1/listings/A1", body, roles: ["shelter"])
            #expect(try await search.found("q=bella").sorted() == ["A2", "A3"])
            #expect(try await search.found("q=stella") == ["A1"])
            #expect(try await search.found("color=TAN") == [])
            _ = try await search.send(.delete, "/v1/listings/A1", roles: ["shelter"])
            #expect(try await search.found("q=stella") == [])
            #expect(try await search.search("").total == 4)
        }
    }

    @Test func answersTwentyUnlessAskedForMoreOrLess() async throws {
        try await withSearchService { search in
            _ = try await search.import((1...101).map { #"{"id":"A\#($0)","species":"DOG"}"# }.joined(separator: "\n"))
            #expect(try await search.found("").count == 20)
            #expect(try await search.found("limit=1").count == 1)
            #expect(try await search.found("limit=100").count == 100)
        }
    }

    @Test func saysThatNothingHasChanged() async throws {
        try await withCatalogue { search in
            let first = try await search.send(.get, "/v1/listings?q=bella")
            let tag = try #require(first.headers[.eTag])
            #expect(tag.hasPrefix("W/\""))
            let again = try await search.send(.get, "/v1/listings?q=bella", headers: [.ifNoneMatch: tag])
            #expect(again.status == .notModified && again.body.isEmpty && again.headers[.eTag] == tag)
            let bad = try await search.send(.get, "/v1/listings?limit=0", headers: [.ifNoneMatch: tag])
            #expect(bad.status == .badRequest)
            _ = try await search.import(#"{"id":"A9","species":"DOG","name":"Bella"}"#)
            let changed = try await search.send(.get, "/v1/listings?q=bella", headers: [.ifNoneMatch: tag])
            #expect(changed.status == .ok && changed.headers[.eTag] != tag)
        }
    }
}
