import FoundationEssentials
import LocalStack
import StackSupport
import Testing

/// Which stack the environment names.
@Suite struct StackTargetTests {
    private static let complete = [
        "TARGET": "compose", "CLOWDER_URL": "http://gateway.example/", "CLOWDER_MAIL_URL": "https://mail.example/inbox",
        "CLOWDER_ACCOUNTS": "accounts.json",
    ]
    private static let accounts = """
        [{"email": "member@clowder.example", "name": "member", "password": "one", "roles": []},
         {"email": "admin@clowder.example", "name": "admin", "password": "two", "roles": ["admin"]}]
        """

    private static func read(_ environment: [String: String], accounts: String? = accounts) throws -> StackTarget {
        try StackTarget(environment: environment) { path in
            path == "accounts.json" ? accounts.map { Data($0.utf8) } : nil
        }
    }

    private static func complaint(_ environment: [String: String], accounts: String? = accounts) -> String {
        do {
            _ = try read(environment, accounts: accounts)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [[:], ["TARGET": ""], ["TARGET": "native", "CLOWDER_URL": "http://gateway.example"]])
    func startsStacksOfItsOwnUnlessToldOtherwise(_ environment: [String: String]) throws {
        guard case .native = try Self.read(environment) else {
            Issue.record("the target is not native")
            return
        }
    }

    @Test func findsAStackThatRunsAlready() throws {
        guard case .outside(let stack) = try Self.read(Self.complete) else {
            Issue.record("the target is native")
            return
        }
        #expect(stack.gatewayURL == "http://gateway.example")
        #expect(stack.mailURL == "https://mail.example/inbox")
        #expect(stack.project == nil)
        #expect(stack.accounts.map(\.role) == ["member", "admin"])
        #expect(stack.accounts.map(\.password) == ["one", "two"])
    }

    @Test func stopsContainersOfAProjectThatIsNamed() throws {
        let named = Self.complete.merging(["CLOWDER_COMPOSE_PROJECT": "clowder-features-1"]) { $1 }
        guard case .outside(let stack) = try Self.read(named) else {
            Issue.record("the target is native")
            return
        }
        #expect(stack.project == "clowder-features-1")
    }

    @Test(arguments: ["CLOWDER_URL", "CLOWDER_MAIL_URL", "CLOWDER_ACCOUNTS"])
    func namesTheVariableThatIsMissing(_ name: String) {
        let complaint = "\(name) is missing; make features TARGET=compose sets it"
        #expect(Self.complaint(Self.complete.filter { $0.key != name }) == complaint)
        #expect(Self.complaint(Self.complete.merging([name: ""]) { $1 }) == complaint)
    }

    @Test func refusesWhatItDoesNotKnow() {
        #expect(Self.complaint(["TARGET": "kubernetes"]) == "TARGET is kubernetes; it may be native or compose")
        let other = Self.complete.merging(["CLOWDER_URL": "gateway.example"]) { $1 }
        #expect(Self.complaint(other) == "CLOWDER_URL is gateway.example, which is no http:// or https:// address")
    }

    @Test func doesNotRepeatPasswordsOfAFileThatItCannotRead() {
        let start = "CLOWDER_ACCOUNTS is accounts.json, which"
        #expect(Self.complaint(Self.complete, accounts: nil) == "\(start) cannot be read")
        let damaged = #"[{"email": "member@clowder.example", "password": "secret"}]"#
        #expect(Self.complaint(Self.complete, accounts: damaged) == "\(start) is no list of accounts in JSON")
    }
}
