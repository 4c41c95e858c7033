import Gherkin
import HTTPTypes
import InputValidation
import LocalStack
import TestSupport

/// Mails that were given up.
enum DeadLetterSteps {
    private static let path = "/v1/mail/dead-letters"

    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("mails cannot be delivered") { world, _ in
            try await world.stack.damage.refuseMails()
        }
        steps.define("mails can be delivered again") { world, _ in
            try await world.stack.damage.acceptMails()
        }
        steps.define("there comes/come to be {int} dead letter(s)") { world, arguments in
            let count = try arguments.int(0)
            let areThere = {
                let exchange = try await world.send(.get, "\(path)?limit=100")
                return try exchange.reply.status == 200 && letters(world).count == count
            }
            try await eventually("\(count) dead letters", within: .seconds(40), holds: areThere)
        }
        steps.define("they look at the first dead letter") { world, _ in
            try await world.send(.get, "\(path)/\(try firstID(world))")
        }
        steps.define("the dead letter tells of {int} attempts") { world, arguments in
            let errors = try world.value("errors")?.elements ?? []
            try expect(
                "the attempts",
                errors.map { $0["attempt"]?.spelled ?? "" },
                is: (1...(try arguments.int(0))).map(String.init)
            )
            let trouble = try world.stack.damage.mailTrouble
            for error in errors {
                try expect(error["message"]?.spelled.contains(trouble) == true, "the error is \(error.spelled)")
            }
        }
        steps.define("the dead letter hides its recipient and its token") { world, _ in
            let text = try world.last.reply.text
            for person in world.people.values {
                try expect(!text.contains(person.email), "the letter shows \(person.email)")
            }
            try expect(!text.contains("token"), "the letter shows a token")
        }
        steps.define("they replay that dead letter") { world, _ in
            let id = try world.value("id")?.spelled ?? ""
            try await world.send(.post, "\(path)/\(id)/replay")
        }
        steps.define("they replay all dead letters") { world, _ in
            try await world.send(.post, "\(path)/replay")
        }
        steps.define("they delete the first dead letter") { world, _ in
            try await world.send(.delete, "\(path)/\(try firstID(world))")
        }
    }

    /// The letters of this scenario in the last answer; others may be there, too.
    private static func letters(_ world: ScenarioWorld) throws -> [JSONValue] {
        try (world.value("items")?.elements ?? []).filter { $0["correlationId"]?.spelled == world.story }
    }

    private static func firstID(_ world: ScenarioWorld) throws -> String {
        guard let id = try letters(world).first?["id"]?.spelled else {
            throw ExpectationFailed(description: "there is no dead letter in the last answer")
        }
        return id
    }
}
