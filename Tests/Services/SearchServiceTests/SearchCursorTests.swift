import HTTPTypes
import SearchContract
import ServiceTestSupport
import Testing

/// Walking through the pages of a search.
@Suite(.timeLimit(.minutes(1))) struct SearchCursorTests {
    /// Many listings, with few different dates and texts, so that most of them are equal in the order.
    private static let lines = (1...250).map { number in
        let date = number.isMultiple(of: 9) ? "" : #","intakeOn":"2024-01-0\#(number % 5 + 1)""#
        let text = String(repeating: "brown ", count: number % 4 + 1)
        return #"{"id":"A\#(number)","species":"DOG","description":"\#(text)"\#(date)}"#
    }.joined(separator: "\n")

    private func withManyListings(_ body: @Sendable (RunningSearch) async throws -> Void) async throws {
        try await withSearchService { search in
            _ = try await search.import(Self.lines)
            try await body(search)
        }
    }

    private func walk(_ search: RunningSearch, _ query: String) async throws -> [SearchReply] {
        var pages = [try await search.search(query)]
        while let cursor = pages.last?.nextCursor {
            try #require(pages.count < 1000)
            pages.append(try await search.search(query + "&cursor=" + cursor))
        }
        return pages
    }

    @Test(
        arguments: ["sort=newest", "q=brown", "q=bro*&sort=newest", "species=DOG", "q=brown&intakeFrom=2024-01-03"],
        [1, 7, 100]
    )
    func givesEveryMatchOnceAndInOrder(query: String, limit: Int) async throws {
        try await withManyListings { search in
            let pages = try await walk(search, query + "&limit=\(limit)")
            let ids = pages.flatMap(\.items).map(\.id)
            let whole = try await walk(search, query + "&limit=100").flatMap(\.items).map(\.id)
            #expect(ids == whole)
            #expect(Set(ids).count == ids.count)
            #expect(Set(pages.map(\.total)) == [ids.count])
            #expect(pages.dropLast().allSatisfy { $0.items.count == limit })
        }
    }

    @Test func neitherRepeatsNorSkipsWhileListingsComeAndGo() async throws {
        try await withManyListings { search in
            let expected = try await walk(search, "sort=newest&limit=100").flatMap(\.items).map(\.id)
            var seen: [String] = []
            var cursor: String?
            repeat {
                let page = try await search.search("sort=newest&limit=40" + (cursor.map { "&cursor=\($0)" } ?? ""))
                seen += page.items.map(\.id)
                cursor = page.nextCursor
                let body = #"{"species":"DOG","intakeOn":"2025-01-01"}"#
                _ = try await search.send(.put, "/v1/listings/new-\(seen.count)", body, roles: ["shelter"])
                _ = try await search.send(.delete, "/v1/listings/\(seen[0])", roles: ["shelter"])
            } while cursor != nil
            #expect(seen == expected)
        }
    }

    @Test func refusesACursorOfAnotherSearch() async throws {
        try await withManyListings { search in
            let cursor = try #require(try await search.search("q=brown&limit=5").nextCursor)
            for query in ["", "q=brow*", "q=brown&species=DOG", "q=brown&sort=newest"] {
                let answer = try await search.send(.get, "/v1/listings?\(query)&cursor=\(cursor)")
                #expect(answer.status == .badRequest, "\(query)")
                #expect(try answer.problem.badFields == ["/cursor cursor"])
            }
            #expect(try await search.search("q=brown&limit=9&cursor=\(cursor)").items.count == 9)
        }
    }

    @Test(arguments: ["sort=newest", "q=brown"])
    func refusesACursorThatWasTamperedWith(query: String) async throws {
        try await withManyListings { search in
            let cursor = try #require(try await search.search(query + "&limit=5").nextCursor)
            for index in cursor.indices {
                let character = cursor[index] == "A" ? "B" : "A"
                let tampered = cursor.replacingCharacters(at: index, with: character)
                let answer = try await search.send(.get, "/v1/listings?\(query)&cursor=\(tampered)")
                #expect(answer.status == .badRequest, "\(tampered)")
            }
        }
    }

    @Test(arguments: ["x", "%00", "AAAA", "fHx8", String(repeating: "A", count: 1024)])
    func refusesWhatIsNoCursor(cursor: String) async throws {
        try await withManyListings { search in
            let answer = try await search.send(.get, "/v1/listings?cursor=\(cursor)")
            #expect(answer.status == .badRequest)
            #expect(try answer.problem.badFields == ["/cursor cursor"])
        }
    }

    /// Searches with many matches are remembered, but never longer than they are right.
    @Test func forgetsRememberedPagesWithTheNextChange() async throws {
        try await withManyListings { search in
            for total in [250, 250] { #expect(try await search.search("q=brown").total == total) }
            _ = try await search.send(.delete, "/v1/listings/A1", roles: ["shelter"])
            #expect(try await search.search("q=brown").total == 249)
            #expect(try await search.search("q=brown").facets["species"]?.map(\.count) == [249])
        }
    }
}

extension String {
    fileprivate func replacingCharacters(at index: Index, with text: String) -> String {
        String(self[..<index]) + text + String(self[self.index(after: index)...])
    }
}
