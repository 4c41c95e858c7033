import Gherkin
import HTTPTypes
import InputValidation
import LocalStack

/// Single listings.
enum ListingSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("the shelter lists these animals:") { world, arguments in
            try await list(try arguments.table.records, world)
        }
        steps.define("someone opens the listing {string}") { world, arguments in
            try await world.send(.get, "/v1/listings/\(world.expand(try arguments.string(0)))")
        }
        steps.define("they write the listing {string} with") { world, arguments in
            try await write(try arguments.string(0), try arguments.docString.content, nil, world)
        }
        steps.define("they write the listing {string} as they last saw it, with") { world, arguments in
            let tag = try world.last.reply.headers[.eTag] ?? ""
            try await write(try arguments.string(0), try arguments.docString.content, tag, world)
        }
        steps.define("they write the listing {string} as of version {string}, with") { world, arguments in
            try await write(try arguments.string(0), try arguments.docString.content, try arguments.string(1), world)
        }
        steps.define("they delete the listing {string}") { world, arguments in
            try await world.send(.delete, "/v1/listings/\(world.expand(try arguments.string(0)))")
        }
        steps.define("they delete the listing {string} as of version {string}") { world, arguments in
            let path = "/v1/listings/\(world.expand(try arguments.string(0)))"
            try await world.send(.delete, path, headers: ["If-Match": try arguments.string(1)])
        }
    }

    /// Imports listings of this scenario's board, numbered `board-1`, `board-2`, … in the order of the scenario's tables.
    private static func list(_ records: [[String: String]], _ world: ScenarioWorld) async throws {
        let listed = Int(world.notes["listed"] ?? "") ?? 0
        let lines = try records.enumerated().map { index, record in
            var fields = record.filter { !$0.value.isEmpty }
            fields["id"] = "\(world.board)-\(listed + index + 1)"
            fields["jurisdiction"] = world.board
            let members = try fields.sorted { $0.key < $1.key }.map { key, value in
                "\(try jsonString(key)):\(try jsonString(value))"
            }
            return "{\(members.joined(separator: ","))}"
        }
        let before = world.token
        try await SessionSteps.logIn(role: "shelter", world)
        let exchange = try await world.send(
            .post,
            "/v1/listings/import",
            headers: ["Content-Type": "application/x-ndjson"],
            json: lines.joined(separator: "\n")
        )
        world.token = before
        try expect("the listed animals", try exchange.json["accepted"]?.spelled ?? "", is: "\(records.count)")
        world.notes["listed"] = "\(listed + records.count)"
    }

    private static func write(_ id: String, _ body: String, _ tag: String?, _ world: ScenarioWorld) async throws {
        let headers = tag.map { ["If-Match": $0] } ?? [:]
        try await world.send(.put, "/v1/listings/\(world.expand(id))", headers: headers, json: world.expand(body))
    }
}
