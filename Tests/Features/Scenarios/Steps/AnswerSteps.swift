import Gherkin
import HTTPTypes
import InputValidation
import LocalStack

/// Requests as a client writes them, and what is asked of answers.
enum AnswerSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        defineRequests(in: &steps)
        steps.define("the answer is {int}") { world, arguments in
            let exchange = try world.last
            try expect("the answer to \(exchange.method) \(exchange.path)", exchange.reply.status, is: arguments.int(0))
        }
        steps.define("the answer's {string} is {string}") { world, arguments in
            let path = try arguments.string(0)
            try expect(path, try world.value(path)?.spelled ?? "(absent)", is: world.expand(try arguments.string(1)))
        }
        steps.define("the answer has no {string}") { world, arguments in
            let path = try arguments.string(0)
            let value = try world.value(path)
            try expect(value == nil, "\(path) is \(value?.spelled ?? "")")
        }
        steps.define("the answer is a problem of kind {string}") { world, arguments in
            let exchange = try world.last
            let kind = try arguments.string(0)
            try expect("Content-Type", exchange.reply.headers[.contentType], is: "application/problem+json")
            try expect("type", try world.value("type")?.spelled ?? "", is: "urn:clowder:problem:\(kind)")
            try expect("correlationId", try world.value("correlationId")?.spelled ?? "", is: world.story)
        }
        steps.define("the answer names these fields:") { world, arguments in
            let errors = try world.value("errors")?.elements ?? []
            let actual = errors.map { [$0["pointer"]?.spelled ?? "", $0["rule"]?.spelled ?? ""] }
            try expect("the fields", actual, is: Array(try arguments.table.rows.dropFirst()))
        }
        steps.define("the answer's header {string} is {string}") { world, arguments in
            let name = try arguments.string(0)
            try expect(name, try header(name, world), is: world.expand(try arguments.string(1)))
        }
        steps.define("both answers are the same but for their correlation") { world, _ in
            try expect(world.exchanges.count >= 2, "there are no two answers")
            let bodies = try world.exchanges.suffix(2).map(withoutCorrelation)
            try expect("the second body", bodies[1], is: bodies[0])
            let statuses = world.exchanges.suffix(2).map(\.reply.status)
            try expect("the second status", statuses[1], is: statuses[0])
        }
    }

    private static func defineRequests(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("a client sends {word} {string}") { world, arguments in
            let path = world.expand(try arguments.string(1))
            try await world.send(try method(try arguments.string(0)), path)
        }
        steps.define("a client sends {word} {string} with the body") { world, arguments in
            let path = world.expand(try arguments.string(1))
            let body = world.expand(try arguments.docString.content)
            let type = try arguments.docString.mediaType
            let headers = type.map { ["Content-Type": $0] } ?? [:]
            try await world.send(try method(try arguments.string(0)), path, headers: headers, json: body)
        }
    }

    private static func method(_ name: String) throws -> HTTPRequest.Method {
        guard let method = HTTPRequest.Method(name) else {
            throw ExpectationFailed(description: "\(name) is no method")
        }
        return method
    }

    private static func header(_ name: String, _ world: ScenarioWorld) throws -> String {
        guard let field = HTTPField.Name(name) else { throw ExpectationFailed(description: "\(name) is no header") }
        return try world.last.reply.headers[field] ?? "(absent)"
    }

    private static func withoutCorrelation(_ exchange: Exchange) throws -> [String: String] {
        guard case .object(let members) = try exchange.json else { return [:] }
        let pairs = members.filter { $0.key != "correlationId" }.map { ($0.key, $0.value.spelled) }
        return Dictionary(pairs) { first, _ in first }
    }
}
