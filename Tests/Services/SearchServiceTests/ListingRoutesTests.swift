import HTTPTypes
import SearchContract
import ServiceTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ListingRoutesTests {
    private let path = "/v1/listings/A1"
    private let rex = #"{"species":"DOG","name":"Rex"}"#
    private let shelter: Set<String> = ["shelter"]

    @Test func createsReplacesAndRemoves() async throws {
        try await withSearchService { search in
            let created = try await search.send(.put, path, rex, roles: shelter)
            #expect(created.status == .created)
            #expect(created.headers[.location] == path)
            #expect(created.body == #"{"id":"A1","name":"Rex","species":"DOG"}"#)
            let read = try await search.send(.get, path)
            #expect(read.status == .ok)
            #expect(read.body == created.body)
            #expect(read.headers[.eTag] == created.headers[.eTag])
            let replaced = try await search.send(.put, path, #"{"species":"CAT"}"#, roles: shelter)
            #expect(replaced.status == .ok)
            #expect(replaced.body == #"{"id":"A1","species":"CAT"}"#)
            #expect(replaced.headers[.eTag] != created.headers[.eTag])
            let removed = try await search.send(.delete, path, roles: shelter)
            #expect(removed.status == .noContent)
            #expect(removed.body.isEmpty)
            #expect(try await search.send(.get, path).status == .notFound)
            #expect(try await search.send(.delete, path, roles: shelter).status == .notFound)
        }
    }

    @Test func keepsEveryFieldAsItWasSent() async throws {
        try await withSearchService { search in
            let body = #"""
                {"bornOn":"2020-02-29","description":"Two\nlines\tand a tab","id":"A1","intakeCondition":"NORMAL",\#
                "intakeOn":"2024-03-01","intakeType":"STRAY","jurisdiction":"Austin","name":"*Zoë",\#
                "outcomeOn":"2024-03-09","outcomeType":"ADOPTION","primaryColor":"BLACK","reasonForIntake":"STRAY",\#
                "secondaryColor":"WHITE","sex":"Spayed","species":"DOG"}
                """#
            _ = try await search.send(.put, path, body, roles: shelter)
            #expect(try await search.send(.get, path).body == body)
        }
    }

    @Test func writesOnlyTheVersionThatWasRead() async throws {
        try await withSearchService { search in
            let created = try await search.send(.put, path, rex, roles: shelter)
            let first: HTTPFields = [.ifMatch: try #require(created.headers[.eTag])]
            let replaced = try await search.send(.put, path, #"{"species":"CAT"}"#, roles: shelter, headers: first)
            #expect(replaced.status == .ok)
            let lost = try await search.send(.put, path, rex, roles: shelter, headers: first)
            #expect(lost.status == .preconditionFailed)
            #expect(try lost.problem.type == "urn:clowder:problem:changed-meanwhile")
            let removal = try await search.send(.delete, path, roles: shelter, headers: first)
            #expect(removal.status == .preconditionFailed)
            #expect(try await search.listing("A1").species == "CAT")
            let second: HTTPFields = [.ifMatch: try #require(replaced.headers[.eTag])]
            #expect(try await search.send(.delete, path, roles: shelter, headers: second).status == .noContent)
            let recreation = try await search.send(.put, path, rex, roles: shelter, headers: second)
            #expect(recreation.status == .preconditionFailed)
        }
    }

    @Test func answers304ForTheVersionThatTheCallerHas() async throws {
        try await withSearchService { search in
            let tag = try #require(try await search.send(.put, path, rex, roles: shelter).headers[.eTag])
            let same = try await search.send(.get, path, headers: [.ifNoneMatch: tag])
            #expect(same.status == .notModified)
            #expect(same.headers[.eTag] == tag)
            #expect(same.body.isEmpty)
            let other = try await search.send(.get, path, headers: [.ifNoneMatch: "\"other\""])
            #expect(other.status == .ok)
        }
    }

    @Test func replacesOnlyWhatIsThereWhenToldSo() async throws {
        try await withSearchService { search in
            let absent = try await search.send(.put, path, rex, roles: shelter, headers: [.ifMatch: "*"])
            #expect(absent.status == .preconditionFailed)
            let created = try await search.send(.put, path, rex, roles: shelter, headers: [.ifNoneMatch: "*"])
            #expect(created.status == .created)
            let replaced = try await search.send(.put, path, rex, roles: shelter, headers: [.ifMatch: "*"])
            #expect(replaced.status == .ok)
            let again = try await search.send(.put, path, rex, roles: shelter, headers: [.ifNoneMatch: "*"])
            #expect(again.status == .preconditionFailed)
        }
    }

    /// A cache that kept the listing from before its removal must not take the next one for the same.
    @Test func givesATagToOneStateOnly() async throws {
        try await withSearchService { search in
            let first = try await search.send(.put, path, rex, roles: shelter).headers[.eTag]
            _ = try await search.send(.delete, path, roles: shelter)
            let second = try await search.send(.put, path, #"{"species":"CAT"}"#, roles: shelter).headers[.eTag]
            #expect(second != first)
        }
    }

    @Test(arguments: [
        ("A1", #"{"id":"A2","species":"DOG"}"#, ["/id mismatch"]),
        ("no!id", #"{"species":"DOG"}"#, ["/id identifier"]),
        ("A1", "{}", ["/species required"]),
        (
            "A1", #"{"species":" ","bornOn":"2023-02-29","intakeOn":"yesterday"}"#,
            ["/species not-blank", "/bornOn date", "/intakeOn date"]
        ),
        (
            "A1", #"{"species":"DOG","name":"","sex":1,"breed":"x","animalID":"A1"}"#,
            ["/name length", "/sex type", "/breed unknown", "/animalID unknown"]
        ),
        (
            "A1", #"{"species":"D\nOG","description":"\u0007"}"#,
            ["/species control-characters", "/description control-characters"]
        ),
    ])
    func namesEveryBadField(id: String, body: String, errors: [String]) async throws {
        try await withSearchService { search in
            let answer = try await search.send(.put, "/v1/listings/\(id)", body, roles: shelter)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.problem.badFields == errors)
            #expect(try await search.found("limit=1") == [])
        }
    }

    @Test(
        arguments: [(nil, 401), ([], 403), (["operator"], 403), (["shelter"], 201), (["admin"], 201)]
            as [(Set<String>?, Int)]
    )
    func letsSheltersAndAdministratorsWrite(roles: Set<String>?, status: Int) async throws {
        try await withSearchService { search in
            let answer = try await search.send(.put, path, rex, roles: roles)
            #expect(answer.status.code == status)
            #expect((answer.headers[.wwwAuthenticate] != nil) == (status == 401))
            #expect(try await search.found("limit=1").isEmpty == (status != 201))
        }
    }

    @Test(
        arguments: [(nil, 401), ([], 403), (["operator"], 403), (["shelter"], 204), (["admin"], 204)]
            as [(Set<String>?, Int)]
    )
    func letsSheltersAndAdministratorsRemove(roles: Set<String>?, status: Int) async throws {
        try await withSearchService { search in
            _ = try await search.send(.put, path, rex, roles: shelter)
            #expect(try await search.send(.delete, path, roles: roles).status.code == status)
            #expect(try await search.send(.get, path).status.code == (status == 204 ? 404 : 200))
        }
    }

    @Test func answers404ForAnUnknownListing() async throws {
        try await withSearchService { search in
            let answer = try await search.send(.get, "/v1/listings/unknown")
            #expect(answer.status == .notFound)
            #expect(try answer.problem.type == "urn:clowder:problem:not-found")
        }
    }
}
