import Gherkin
import HTTPTypes
import InputValidation
import LocalStack

/// Logging in, staying logged in, logging out, and the roles of the demo accounts.
enum SessionSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        defineLogIn(in: &steps)
        defineRefresh(in: &steps)
        defineRoles(in: &steps)
    }

    private static func defineLogIn(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("{string} logs in") { world, arguments in
            let written = try arguments.string(0)
            try await logIn(written, try world.person(written).password, world)
        }
        steps.define("{string} logs in with the password {string}") { world, arguments in
            try await logIn(try arguments.string(0), try arguments.string(1), world)
        }
        steps.define("{string} logs in with the address in capitals") { world, arguments in
            let person = try world.person(try arguments.string(0))
            let body = try jsonObject(["email": person.email.uppercased(), "password": person.password])
            try await world.send(.post, "/v1/sessions", json: body)
        }
        steps.define("they log out") { world, _ in
            try await world.send(.delete, "/v1/sessions/current")
        }
        steps.define("a client that uses the access token {string}") { world, arguments in
            world.token = try arguments.string(0)
        }
        steps.define("nobody is logged in") { world, _ in
            world.token = nil
        }
    }

    private static func defineRefresh(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("{string} refreshes the session") { world, arguments in
            try await refresh(try arguments.string(0), from: -1, world)
        }
        steps.define("{string} refreshes with the {word} refresh token") { world, arguments in
            let order = ["first": 0, "second": 1, "third": 2]
            guard let index = order[try arguments.string(1)] else {
                throw ExpectationFailed(description: "say first, second or third")
            }
            try await refresh(try arguments.string(0), from: index, world)
        }
        steps.define("{string} uses the {word} session's access token") { world, arguments in
            let tokens = try world.person(try arguments.string(0))
            let name = "\(tokens.email) \(try arguments.string(1))"
            guard let token = world.notes[name] else { throw ExpectationFailed(description: "no note \(name)") }
            world.token = token
        }
        steps.define("that is the {word} session of {string}") { world, arguments in
            let person = try world.person(try arguments.string(1))
            world.notes["\(person.email) \(try arguments.string(0))"] = person.accessToken
            world.notes["\(person.email) \(try arguments.string(0)) refresh"] = person.refreshTokens.last
        }
        steps.define("the {word} session of {string} is refreshed") { world, arguments in
            let person = try world.person(try arguments.string(1))
            let token = world.notes["\(person.email) \(try arguments.string(0)) refresh"] ?? ""
            try await world.send(.post, "/v1/sessions/refresh", json: try jsonObject(["refreshToken": token]))
        }
    }

    private static func defineRoles(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("the {word} is logged in") { world, arguments in
            try await logIn(role: try arguments.string(0), world)
        }
        steps.define("{string} is given the role(s) {string}") { world, arguments in
            let person = try world.person(try arguments.string(0))
            world.token = person.accessToken
            let id = try await world.send(.get, "/v1/accounts/me").json["id"]?.spelled ?? ""
            try await logIn(role: "admin", world)
            let roles = try arguments.string(1).split(separator: " ").map { try jsonString(String($0)) }
            let body = #"{"roles":[\#(roles.joined(separator: ","))]}"#
            try await world.send(.put, "/v1/accounts/\(id)/roles", json: body)
        }
    }

    /// Logs a demo account in; `nobody` has no account.
    static func logIn(role: String, _ world: ScenarioWorld) async throws {
        world.token = nil
        guard role != "nobody" else { return }
        guard let account = world.stack.accounts.first(where: { $0.role == role }) else {
            throw ExpectationFailed(description: "there is no demo account \(role)")
        }
        let gateway = GatewayClient(baseURL: world.stack.gatewayURL)
        world.token = try await gateway.logIn(email: account.email, password: account.password)
    }

    private static func logIn(_ written: String, _ password: String, _ world: ScenarioWorld) async throws {
        let body = try jsonObject(["email": world.address(written), "password": password])
        let exchange = try await world.send(.post, "/v1/sessions", json: body)
        guard exchange.reply.status == 201 else { return }
        try remember(exchange, of: written, world)
    }

    private static func refresh(_ written: String, from index: Int, _ world: ScenarioWorld) async throws {
        let tokens = try world.person(written).refreshTokens
        guard let token = index < 0 ? tokens.last : tokens.dropFirst(index).first else {
            throw ExpectationFailed(description: "\(written) has no such refresh token")
        }
        let exchange = try await world.send(
            .post,
            "/v1/sessions/refresh",
            json: try jsonObject(["refreshToken": token])
        )
        guard exchange.reply.status == 201 else { return }
        try remember(exchange, of: written, world)
    }

    private static func remember(_ exchange: Exchange, of written: String, _ world: ScenarioWorld) throws {
        let access = try exchange.json["accessToken"]?.spelled
        var person = world.people[written] ?? Person(email: world.address(written), password: "")
        person.accessToken = access
        if let token = try exchange.json["refreshToken"]?.spelled { person.refreshTokens.append(token) }
        world.people[written] = person
        world.token = access
    }
}
