import LocalStack
import StackSupport

/// The stack that a scenario is played on: what every stack has, and what only one of our own processes has.
struct ScenarioStack: Sendable {
    /// Where the gateway is, without a slash at the end.
    let gatewayURL: String
    /// Where mails land.
    let mailbox: any Mailbox
    /// The accounts that the stack was started with, one a role.
    let accounts: [DemoAccount]
    /// Its processes and files; nil where somebody else has started it.
    let local: LocalStack?
    private let ownDamage: (any StackDamage)?

    /// A stack of processes that this one has started.
    init(_ local: LocalStack) throws {
        gatewayURL = local.gatewayURL
        mailbox = MailFolder(path: local.layout.mail)
        accounts = try DemoAccount.read(local.layout)
        self.local = local
        ownDamage = NativeDamage(stack: local)
    }

    /// A stack that somebody else has started.
    init(_ outside: OutsideStack) {
        gatewayURL = outside.gatewayURL
        mailbox = Mailpit(url: outside.mailURL)
        accounts = outside.accounts
        local = nil
        ownDamage = outside.project.map { ContainerDamage(project: $0, gatewayURL: outside.gatewayURL) }
    }

    /// The processes and files of the stack.
    ///
    /// - Throws: `ExpectationFailed` where there are none: the scenario lacks a tag that says what it needs.
    var processes: LocalStack {
        get throws {
            guard let local else { throw missing("no process and no file is at hand") }
            return local
        }
    }

    /// What breaks parts of the stack.
    ///
    /// - Throws: `ExpectationFailed` where nothing may be broken: the scenario lacks a tag that says what it does.
    var damage: any StackDamage {
        get throws {
            guard let ownDamage else { throw missing("nothing may be stopped") }
            return ownDamage
        }
    }

    private func missing(_ what: String) -> ExpectationFailed {
        let tags = Scenario.needs.map(\.tag).joined(separator: ", ")
        return ExpectationFailed(description: "\(what) on this stack; tag the scenario with one of \(tags)")
    }
}
