import FoundationEssentials
import Gherkin
import HTTPTypes
import LocalStack

/// Mails and what is in them.
enum MailSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("a mail {string} reaches {string}") { world, arguments in
            world.mail = try await world.waitForMail(try arguments.string(0), to: try arguments.string(1))
        }
        steps.define("another mail {string} reaches {string}") { world, arguments in
            let known = world.mail?.header("Message-ID")
            world.mail = try await world.waitForMail(
                try arguments.string(0),
                to: try arguments.string(1),
                otherThan: known
            )
        }
        steps.define("the mail has one plain and one HTML part that say {string}") { world, arguments in
            let words = try arguments.string(0)
            for type in ["text/plain", "text/html"] {
                let parts = world.mail?.parts(type) ?? []
                try expect("the number of \(type) parts", parts.count, is: 1)
                try expect(parts[0].contains(words), "the \(type) part does not say \(words): \(parts[0])")
            }
        }
        steps.define("the mail's header {string} is the scenario's correlation ID") { world, arguments in
            let name = try arguments.string(0)
            try expect(name, world.mail?.header(name) ?? "(absent)", is: world.story)
        }
        steps.define("a link scanner opens the mail's link {int} times") { world, arguments in
            let path = try Self.path(of: world.mail?.page ?? "")
            for _ in 0..<(try arguments.int(0)) { try await world.send(.get, path) }
        }
        steps.define("the page has a button") { world, _ in
            let reply = try world.last.reply
            try expect("the page's status", reply.status, is: 200)
            try expect(reply.text.contains("<button"), "the page has no button: \(reply.text)")
        }
        steps.define("every one of them gets exactly one mail {string}") { world, arguments in
            let subject = try arguments.string(0)
            for written in world.people.keys.sorted() {
                _ = try await world.waitForMail(subject, to: written)
                let mails = try await world.stack.mailbox.mails(to: world.address(written))
                try expect("the mails to \(written)", mails.count, is: 1)
            }
        }
    }
    /// The path of a link; a stack may be reached by another name than its links use.
    private static func path(of link: String) throws -> String {
        guard let scheme = link.firstRange(of: "://"), let slash = link[scheme.upperBound...].firstIndex(of: "/") else {
            throw ExpectationFailed(description: "the mail has no link to a page but \(link)")
        }
        return String(link[slash...])
    }
}
