import HTTPTypes
import Hummingbird
import ServiceRuntime
import Testing

@Suite struct PreconditionTests {
    private func precondition(_ headers: HTTPFields) -> Precondition {
        Precondition(of: .sample(headers: headers))
    }

    @Test func readsWhatTheRequestAsks() {
        #expect(precondition([:]) == .none)
        #expect(precondition([.ifMatch: "*"]) == .exists)
        #expect(precondition([.ifNoneMatch: "*"]) == .absent)
        #expect(precondition([.ifMatch: "\"3\""]) == .version([3]))
        #expect(precondition([.ifMatch: "\"3\", \"5\""]) == .version([3, 5]))
        #expect(precondition([.ifMatch: "\"3\"", .ifNoneMatch: "*"]) == .version([3]))
        #expect(precondition([.ifNoneMatch: "\"3\""]) == .none)
    }

    /// `If-Match` compares strongly, and a tag that is none of ours cannot match.
    @Test(arguments: ["1", "\"\"", "\"", "W/\"1\"", "\"a\"", "\"1", "1\"", "\"1.0\"", "\" 1\"", "\"+1\"", "\"01\"", ""])
    func findsNoVersionInTagsThatAreNoneOfOurs(_ tag: String) {
        #expect(precondition([.ifMatch: tag]) == .version([]))
        #expect(!precondition([.ifMatch: tag]).holds(for: 1))
    }

    @Test(arguments: [
        (Precondition.none, true, true, true), (.exists, false, true, true), (.absent, true, false, false),
        (.version([1]), false, true, false), (.version([1, 2]), false, true, true), (.version([]), false, false, false),
    ])
    func holds(_ precondition: Precondition, forNone: Bool, forOne: Bool, forTwo: Bool) {
        #expect(precondition.holds(for: nil) == forNone)
        #expect(precondition.holds(for: 1) == forOne)
        #expect(precondition.holds(for: 2) == forTwo)
    }

    @Test(arguments: [HTTPFields(), [.ifNoneMatch: "*"]])
    func asksForATagWhereOneIsRequired(_ headers: HTTPFields) {
        let problem = #expect(throws: Problem.self) { try Precondition.required(of: .sample(headers: headers)) }
        #expect(problem?.status == .preconditionRequired)
    }

    @Test func takesAnyTagWhereOneIsRequired() throws {
        #expect(try Precondition.required(of: .sample(headers: [.ifMatch: "*"])) == .exists)
        #expect(try Precondition.required(of: .sample(headers: [.ifMatch: "\"9\""])) == .version([9]))
    }
}
