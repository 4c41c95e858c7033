import FoundationEssentials
import HTTPTypes
import SQLStorage
import ServiceRuntime
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

/// A pepper that is not the one of the stored passwords is noticed at start, not by everybody who logs in.
@Suite(.timeLimit(.minutes(1))) struct PepperCheckTests {
    private let another = String(repeating: "q", count: 32)

    @Test func refusesToStartWithAnotherPepper() async throws {
        try await withTemporaryDirectory { directory in
            try await withUsersService(in: directory) { _ = try await $0.member() }
            let error = await #expect(throws: SettingsError.self) {
                try await withUsersService(in: directory, pepper: another) { _ in }
            }
            #expect(error?.problems.count == 1)
            #expect(error?.description.hasPrefix("password.pepper: the passwords in this database") == true)
            #expect(error?.description.contains("or the first process of this version had another one") == true)
            #expect(error?.description.contains("docs/runbooks/key-rotation.md#the-pepper") == true)
            #expect(error?.description.contains(another) == false)
            try await withUsersService(in: directory) { users in
                _ = try await users.logIn(.ada)
                #expect(try await users.count(of: "pepper_check") == 1)
            }
        }
    }

    /// Accounts that a deployment begins with are not made with the wrong one either.
    @Test func makesNothingWithAnotherPepper() async throws {
        try await withTemporaryDirectory { directory in
            try await withUsersService(in: directory) { users in
                _ = try await users.inDatabase { try $0.execute("DELETE FROM account") }
            }
            await #expect(throws: SettingsError.self) {
                try await withUsersService(in: directory, pepper: another) { _ in }
            }
            try await withUsersService(in: directory) { _ = try await $0.logIn(.admin) }
        }
    }

    /// Databases of before have no such row, and whoever gives a pepper up removes it.
    @Test func takesThePepperThatItFindsFirst() async throws {
        try await withTemporaryDirectory { directory in
            try await withUsersService(in: directory) { users in
                _ = try await users.inDatabase { try $0.execute("DELETE FROM pepper_check") }
            }
            try await withUsersService(in: directory, pepper: another) { users in
                let answer = try await users.send(.post, "/v1/sessions", Person.admin.credentials)
                #expect(answer.status == .unauthorized)
            }
            await #expect(throws: SettingsError.self) { try await withUsersService(in: directory) { _ in } }
        }
    }

    /// Replicas start together, and with another cost than before.
    @Test func agreesAmongReplicas() async throws {
        try await withTemporaryDirectory { directory in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for cost in [4, 5, 4, 5] {
                    group.addTask {
                        try await withUsersService(in: directory, cost: cost) {
                            try await $0.count(of: "pepper_check")
                        }
                    }
                }
                for try await count in group { #expect(count == 1) }
            }
        }
    }

    /// Whoever has the table guesses peppers no faster than passwords.
    @Test func storesNothingThatIsCheaperToGuessThanAPassword() async throws {
        try await withUsersService { users in
            let stored: String? = try await users.inDatabase {
                try $0.value("SELECT password_hash FROM pepper_check")
            }
            #expect(stored?.hasPrefix("$2b$04$") == true)
        }
    }
}
