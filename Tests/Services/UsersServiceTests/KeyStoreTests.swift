import FoundationEssentials
import HTTPTypes
import Metrics
import MetricsTestKit
import ServiceTestSupport
import TestSupport
import Testing
import Tokens
import UsersContract

/// The published keys, and who signs with them.
@Suite(.timeLimit(.minutes(1))) struct KeyStoreTests {
    private static let day = Duration.seconds(24 * 3600)
    private let verifier = AccessTokenVerifier(issuer: UsersAddress.tokenIssuer, audience: UsersAddress.tokenAudience)

    private func keySet(of users: RunningUsers) async throws -> KeySet {
        try await users.send(.get, UsersAddress.keySetPath).decoded()
    }

    @Test func publishesThePublicHalfOnly() async throws {
        try await withUsersService { users in
            let answer = try await users.send(.get, UsersAddress.keySetPath)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/json")
            #expect(answer.headers[.cacheControl] == "public, max-age=60")
            let published = try answer.decoded(as: [String: [[String: String]]].self)
            let key = try #require(published["keys"]?.first)
            #expect(published["keys"]?.count == 1)
            #expect(Set(key.keys) == ["kty", "crv", "alg", "use", "x", "kid"])
            #expect([key["kty"], key["crv"], key["alg"], key["use"]] == ["OKP", "Ed25519", "EdDSA", "sig"])
        }
    }

    @Test func signsTokensThatThePublishedKeysVerify() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let keys = try await keySet(of: users)
            let token = try await verifier.verify(session.accessToken, with: keys, at: users.time.date)
            #expect(token.accountID == (try await users.account(of: session).id))
            #expect(token.roles == [])
            #expect(token.expiresAt == users.time.date.addingTimeInterval(600))
            let admin = try await users.logIn(.admin)
            #expect(try await verifier.verify(admin.accessToken, with: keys, at: users.time.date).roles == ["admin"])
        }
    }

    @Test func sharesOneKeyAmongReplicasAndKeepsItOverRestarts() async throws {
        try await withTemporaryDirectory { directory in
            let before = try await withUsersService(in: directory) { first in
                try await withUsersService(in: directory) { second in
                    let keys = try await keySet(of: first)
                    #expect(try await keySet(of: second) == keys)
                    return keys
                }
            }
            #expect(try await withUsersService(in: directory) { try await keySet(of: $0) } == before)
        }
    }

    @Test func tellsHowOldTheKeyIsThatSigns() async throws {
        let metrics = TestMetrics()
        try await withMetricsFactory(metrics) {
            try await withUsersService { users in
                _ = try await users.logIn(.admin)
                users.time.advance(by: Self.day)
                _ = try await users.logIn(.admin)
            }
        }
        let age = try metrics.expectRecorder("clowder_signing_key_age_seconds")
        #expect(age.values.first == 0 && age.lastValue == 86_400)
    }

    /// Readers of the key set, and the other replicas, know a key before the first token that it signed.
    @Test func publishesANewKeyBeforeItSigns() async throws {
        try await withUsersService { users in
            let old = try #require(try await keySet(of: users).keys.first)
            users.time.advance(by: Self.day * 30 - .seconds(120))
            #expect(try await keySet(of: users).keys == [old])
            users.time.advance(by: .seconds(61))
            let keys = try await keySet(of: users).keys
            #expect(keys.count == 2 && keys.last == old)
            #expect(try verifier.keyID(of: try await users.logIn(.admin).accessToken) == old.kid)
            users.time.advance(by: .seconds(119))
            #expect(try verifier.keyID(of: try await users.logIn(.admin).accessToken) == old.kid)
            users.time.advance(by: .seconds(1))
            #expect(try verifier.keyID(of: try await users.logIn(.admin).accessToken) == keys.first?.kid)
            #expect(try await keySet(of: users).keys == keys)
        }
    }

    @Test func dropsAKeyThatCanHaveSignedNoValidToken() async throws {
        try await withUsersService { users in
            let old = try #require(try await keySet(of: users).keys.first)
            users.time.advance(by: Self.day * 62)
            let keys = try await keySet(of: users).keys
            #expect(keys.count == 1)
            #expect(!keys.contains(old))
        }
    }

    /// A copy of the database without the deployment's secret signs nothing.
    @Test func storesPrivateKeysSealed() async throws {
        try await withTemporaryDirectory { directory in
            try await withUsersService(in: directory) { _ = try await keySet(of: $0) }
            let another = String(repeating: "t", count: 32)
            try await withUsersService(in: directory, keysSecret: another) { users in
                let answer = try await users.send(.get, UsersAddress.keySetPath)
                #expect(answer.status == .internalServerError)
                #expect(try answer.problem.type == "urn:clowder:problem:internal")
            }
        }
    }
}
