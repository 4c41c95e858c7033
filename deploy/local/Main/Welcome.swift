import LocalStack

/// What a newcomer reads when the stack is up.
enum Welcome {
    static func text(_ stack: LocalStack, _ accounts: [DemoAccount], startedIn duration: Duration) -> String {
        let url = stack.gatewayURL
        let admin = accounts.first { $0.role == "admin" }
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        var lines = ["", "Clowder is up, after \((seconds * 10).rounded() / 10) s.", ""]
        lines += table([
            ("gateway", url), ("API", "\(url)/docs"), ("mails", stack.layout.mail), ("logs", stack.layout.logs),
        ])
        lines += ["", "Accounts:"]
        lines += table(accounts.map { ($0.email, $0.password) })
        lines += ["", "Try:", ""]
        lines += [
            "  curl '\(url)/v1/listings?q=black+cat&limit=3'",
            "  curl \(url)/v1/accounts -H 'Content-Type: application/json' "
                + "-d '{\"email\":\"you@example.org\",\"name\":\"You\",\"password\":\"correct horse\"}'",
            "  curl \(url)/v1/sessions -H 'Content-Type: application/json' "
                + "-d '{\"email\":\"\(admin?.email ?? "")\",\"password\":\"\(admin?.password ?? "")\"}'",
            "", "The second one sends a mail into the mails folder. Ctrl-C stops everything.",
        ]
        return lines.joined(separator: "\n")
    }

    private static func table(_ rows: [(String, String)]) -> [String] {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { "  " + $0.0 + String(repeating: " ", count: width - $0.0.count + 3) + $0.1 }
    }
}
