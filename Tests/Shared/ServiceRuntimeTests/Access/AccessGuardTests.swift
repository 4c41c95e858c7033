import AccessPolicy
import FoundationEssentials
import HTTPTypes
import Hummingbird
import ServiceRuntime
import TestSupport
import Testing
import Tokens

@Suite struct AccessGuardTests {
    private static let policy = """
        {"roles": {
            "anyone": [{"action": "read", "resource": "board"}],
            "member": [{"action": "read", "resource": "note"}],
            "keeper": [{"action": "write", "resource": "board"}]
        }}
        """

    private let time = ManualTime()
    private let key = SigningKey()
    private let access: AccessGuard

    init() throws {
        let (time, keys) = (time, KeySet(keys: [key.publicKey]))
        access = AccessGuard(
            verifier: AccessTokenVerifier(issuer: "i", audience: "a"),
            keys: KeySetCache(now: { time.date }, fetch: { keys }),
            policy: try RolePolicy(json: Self.policy.utf8),
            now: { time.date }
        )
    }

    private func token(roles: Set<String> = [], audience: String = "a", key: SigningKey? = nil) async throws -> String {
        try await AccessTokenIssuer(issuer: "i", audience: audience).issue(
            accountID: "account-1",
            sessionID: "session-1",
            roles: roles,
            tokenID: "token-1",
            at: time.date,
            with: key ?? self.key
        )
    }

    private func request(_ authorization: String?) -> Request {
        var headers = HTTPFields()
        headers[.authorization] = authorization
        return .sample(headers: headers)
    }

    private func expectRefusal(_ status: Int, _ action: String, _ resource: String, _ request: Request) async
        -> Problem?
    {
        let problem = await #expect(throws: Problem.self) {
            try await access.require(Permission(action, resource), of: request)
        }
        #expect(problem?.status.code == status)
        return problem
    }

    @Test func letsAnyoneDoWhatAnyoneMay() async throws {
        #expect(try await access.require(Permission("read", "board"), of: request(nil)) == nil)
        let caller = try await access.require(Permission("read", "board"), of: request("Bearer \(token())"))
        #expect(caller?.accountID == "account-1")
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER"])
    func letsAMemberDoWhatMembersMay(_ scheme: String) async throws {
        let request = request("\(scheme) \(try await token())")
        #expect(try await access.requireCaller(Permission("read", "note"), of: request).sessionID == "session-1")
    }

    @Test func letsARoleDoWhatItMay() async throws {
        let request = request("Bearer \(try await token(roles: ["keeper"]))")
        #expect(try await access.require(Permission("write", "board"), of: request)?.roles == ["keeper"])
    }

    @Test func asksAStrangerToLogIn() async throws {
        let problem = await expectRefusal(401, "read", "note", request(nil))
        #expect(problem?.headers[.wwwAuthenticate] == "Bearer realm=\"clowder\"")
        await #expect(throws: Problem.self) {
            try await access.requireCaller(Permission("read", "board"), of: request(nil))
        }
    }

    @Test(arguments: [[], ["nobody"]] as [Set<String>])
    func forbidsWhatTheRolesDoNotAllow(_ roles: Set<String>) async throws {
        let problem = await expectRefusal(403, "write", "board", request("Bearer \(try await token(roles: roles))"))
        #expect(problem?.headers[.wwwAuthenticate] == nil)
        #expect(problem?.detail == "Your roles do not allow this: write board.")
    }

    @Test(arguments: ["", "Bearer", "Bearer ", "Basic YTpi", "Token abc", "Bearerabc"])
    func refusesOtherCredentials(_ authorization: String) async {
        let problem = await expectRefusal(401, "read", "board", request(authorization))
        #expect(problem?.headers[.wwwAuthenticate]?.contains("error=\"invalid_") == true)
    }

    @Test func refusesTwoCredentials() async throws {
        var headers = HTTPFields()
        let value = "Bearer \(try await token())"
        headers[values: .authorization] = [value, value]
        let problem = await expectRefusal(401, "read", "board", .sample(headers: headers))
        #expect(problem?.headers[.wwwAuthenticate]?.hasSuffix("error=\"invalid_request\"") == true)
    }

    /// A bad token is refused even where none is needed: the client believes to be logged in.
    @Test func refusesABadTokenWithoutSayingWhy() async throws {
        let tokens = [
            "a.b.c", try await token(audience: "other"), try await token(key: SigningKey()), try await token() + "A",
        ]
        var details: Set<String> = []
        for token in tokens {
            let problem = await expectRefusal(401, "read", "board", request("Bearer \(token)"))
            #expect(problem?.headers[.wwwAuthenticate]?.hasSuffix("error=\"invalid_token\"") == true)
            details.insert(problem?.detail ?? "")
        }
        #expect(details.count == 1)
    }

    @Test func refusesATokenTenMinutesAfterItsIssue() async throws {
        let request = request("Bearer \(try await token())")
        time.advance(by: .seconds(604))
        _ = try await access.requireCaller(Permission("read", "note"), of: request)
        time.advance(by: .seconds(1))
        _ = await expectRefusal(401, "read", "note", request)
    }
}
