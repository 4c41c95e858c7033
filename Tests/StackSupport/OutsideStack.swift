import FoundationEssentials
package import LocalStack

/// A stack that somebody else has started, by the addresses under which this process reaches it.
package struct OutsideStack: Sendable {
    /// Where the gateway is, without a slash at the end.
    package let gatewayURL: String
    /// Where Mailpit answers for the mails, without a slash at the end.
    package let mailURL: String
    /// The accounts that the stack was started with, one a role.
    package let accounts: [DemoAccount]

    /// The project of its containers where these may be stopped, and where mails die after three quick attempts; nil
    /// where they may not.
    package let project: String?

    /// Describes a stack.
    package init(gatewayURL: String, mailURL: String, accounts: [DemoAccount], project: String? = nil) {
        self.gatewayURL = gatewayURL
        self.mailURL = mailURL
        self.accounts = accounts
        self.project = project
    }

    /// Reads `CLOWDER_URL`, `CLOWDER_MAIL_URL`, the file that `CLOWDER_ACCOUNTS` names, and `CLOWDER_COMPOSE_PROJECT`.
    init(environment: [String: String], contents: (_ path: String) -> Data?) throws(StackFailure) {
        func value(_ name: String) throws(StackFailure) -> String {
            guard let value = environment[name], !value.isEmpty else {
                throw StackFailure("\(name) is missing; make features TARGET=compose sets it")
            }
            return value
        }
        func address(_ name: String) throws(StackFailure) -> String {
            var text = try value(name)
            guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
                throw StackFailure("\(name) is \(text), which is no http:// or https:// address")
            }
            while text.hasSuffix("/") { text.removeLast() }
            return text
        }
        let path = try value("CLOWDER_ACCOUNTS")
        guard let data = contents(path) else {
            throw StackFailure("CLOWDER_ACCOUNTS is \(path), which cannot be read")
        }
        // Why it cannot be decoded may quote a password.
        guard let accounts = try? JSONDecoder().decode([DemoAccount].self, from: data) else {
            throw StackFailure("CLOWDER_ACCOUNTS is \(path), which is no list of accounts in JSON")
        }
        self.init(
            gatewayURL: try address("CLOWDER_URL"),
            mailURL: try address("CLOWDER_MAIL_URL"),
            accounts: accounts,
            project: environment["CLOWDER_COMPOSE_PROJECT"].flatMap { $0.isEmpty ? nil : $0 }
        )
    }
}
