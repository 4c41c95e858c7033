import Gherkin
import HTTPTypes
import LocalStack

/// Signing up, confirming, the own account.
enum AccountSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        defineSignUp(in: &steps)
        defineOwnAccount(in: &steps)
        definePasswords(in: &steps)
    }

    private static func defineSignUp(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("{string} signs up as {string}") { world, arguments in
            try await signUp(try arguments.string(0), try arguments.string(1), Person.usualPassword, world)
        }
        steps.define("{string} signs up as {string} with the password {string}") { world, arguments in
            try await signUp(try arguments.string(0), try arguments.string(1), try arguments.string(2), world)
        }
        steps.define("{string} has an account") { world, arguments in
            let email = try arguments.string(0)
            try await signUp(email, "Somebody", Person.usualPassword, world)
            let mail = try await world.waitForMail("Confirm your address", to: email)
            try await confirm(mail.token, world)
            try expect("the confirmation", try world.last.reply.status, is: 200)
        }
        steps.define("the token in the mail confirms the address") { world, _ in
            try await confirm(world.mail?.token, world)
        }
        steps.define("{string} asks for another confirmation mail") { world, arguments in
            let email = world.address(try arguments.string(0))
            try await world.send(.post, "/v1/accounts/verification-mails", json: try jsonObject(["email": email]))
        }
    }

    private static func defineOwnAccount(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("they read their account") { world, _ in
            try await world.send(.get, "/v1/accounts/me")
        }
        steps.define("they change their name to {string} as they last saw the account") { world, arguments in
            let tag = try world.last.reply.headers[.eTag] ?? ""
            try await rename(to: try arguments.string(0), tag, world)
        }
        steps.define("they change their name to {string} as of version {string}") { world, arguments in
            try await rename(to: try arguments.string(0), try arguments.string(1), world)
        }
        steps.define("they change their name to {string} without saying which version they saw") { world, arguments in
            try await rename(to: try arguments.string(0), nil, world)
        }
        steps.define("they delete their account") { world, _ in
            try await world.send(.delete, "/v1/accounts/me")
        }
        steps.define("the answer's name is {string}, byte for byte") { world, arguments in
            let name = try world.value("name")?.spelled ?? ""
            try expect("the name's bytes", Array(name.utf8), is: Array(try arguments.string(0).utf8))
        }
    }

    private static func definePasswords(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("they change their password from {string} to {string}") { world, arguments in
            let body = try jsonObject([
                "currentPassword": try arguments.string(0), "newPassword": try arguments.string(1),
            ])
            try await world.send(.put, "/v1/accounts/me/password", json: body)
        }
        steps.define("{string} asks for a new password") { world, arguments in
            let email = world.address(try arguments.string(0))
            try await world.send(.post, "/v1/password-resets", json: try jsonObject(["email": email]))
        }
        steps.define("the token in the mail sets the password {string}") { world, arguments in
            let body = try jsonObject(["token": world.mail?.token ?? "", "newPassword": try arguments.string(0)])
            try await world.send(.put, "/v1/password-resets", json: body)
        }
    }

    private static func signUp(
        _ written: String,
        _ name: String,
        _ password: String,
        _ world: ScenarioWorld
    ) async throws {
        let email = world.address(written)
        if world.people[written] == nil { world.people[written] = Person(email: email, password: password) }
        let body = try jsonObject(["email": email, "name": name, "password": password])
        try await world.send(.post, "/v1/accounts", json: body)
    }

    private static func confirm(_ token: String?, _ world: ScenarioWorld) async throws {
        guard let token else { throw ExpectationFailed(description: "the mail has no token") }
        try await world.send(.post, "/v1/accounts/verify", json: try jsonObject(["token": token]))
    }

    private static func rename(to name: String, _ tag: String?, _ world: ScenarioWorld) async throws {
        let headers = tag.map { ["If-Match": $0] } ?? [:]
        try await world.send(.patch, "/v1/accounts/me", headers: headers, json: try jsonObject(["name": name]))
    }
}
