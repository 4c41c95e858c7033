import Logging
import StructuredLogging
import Testing

@Suite struct RedactionTests {
    @Test(arguments: [
        "password", "Password", "PASSWORD", "new_password", "passwordHash", "user.password", "secret", "clientSecret",
        "token", "access_token", "refreshToken", "Authorization", "proxy-authorization", "cookie", "Set-Cookie",
        "pepper",
        "privateKey", "private-key", "credential", "credentials", "body", "mail.body", "token\u{301}s",
    ])
    func hidesValuesUnderSecretKeys(_ key: String) {
        #expect(Redaction.isSecret(key))
    }

    @Test(arguments: [
        "", "user", "path", "correlation.id", "pass", "tok", "toke", "okie", "boddy", "secre", "auth", "pass-word",
    ])
    func showsValuesUnderOtherKeys(_ key: String) {
        #expect(!Redaction.isSecret(key))
    }

    @Test func showsTheValuesOfOurOwnKeys() {
        let keys = [
            LogKey.correlationID, LogKey.traceID, LogKey.spanID, LogKey.method, LogKey.path, LogKey.status,
            LogKey.duration,
            LogKey.outcome, LogKey.error, LogKey.peer, LogKey.messageID, LogKey.topic, LogKey.attempt, LogKey.count,
            LogKey.address, LogKey.accountID,
        ]
        #expect(keys.filter(Redaction.isSecret) == [])
        #expect(Set(keys).count == keys.count)
    }

    @Test func namesWhatStandsInTheSecretsPlace() {
        #expect(Redaction.replacement == "[redacted]")
    }

    @Test func keepsSecretsOutOfLinesAtEveryDepth() throws {
        let output = RecordingOutput()
        let provider = Logger.MetadataProvider { ["task.token": "hunter2"] }
        let logger = output.logger(metadata: ["pepper": "hunter2"], provider: provider)
        let metadata: Logger.Metadata = [
            "password": "hunter2",
            "tokens": ["hunter2", ["hunter2"]],
            "credentials": ["user": "hunter2", "more": ["x": "hunter2"]],
            "number.secret": .stringConvertible(hunter),
            "request": [
                "headers": ["Authorization": "hunter2", "Accept": "text/plain"], "parts": [["body": "hunter2"]],
            ],
        ]
        logger.info("signed in", metadata: metadata)
        #expect(output.lines.allSatisfy { !$0.contains("hunter2") && !$0.contains("\(hunter)") })
        let object = try output.onlyObject()
        for key in ["password", "tokens", "credentials", "number.secret", "pepper", "task.token"] {
            #expect(object[key] == "[redacted]", "\(key)")
        }
        #expect(
            object["request"]
                == .object([
                    "headers": .object(["Authorization": "[redacted]", "Accept": "text/plain"]),
                    "parts": .list([.object(["body": "[redacted]"])]),
                ])
        )
    }

    /// Only the value itself can be declared to be no secret, not what stands beside it or around it.
    @Test func showsWhatIsDeclaredToBeNoSecret() throws {
        let output = RecordingOutput()
        let cost = Logger.MetadataValue.stringConvertible(Disclosed("12"))
        output.logger().info(
            "starting",
            metadata: [
                "password.cost": cost, "password": "hunter2", "tokens": [cost], "settings": ["token.cost": cost],
            ]
        )
        let object = try output.onlyObject()
        #expect(object["password.cost"] == "12" && object["password"] == "[redacted]")
        #expect(object["tokens"] == "[redacted]" && object["settings"] == .object(["token.cost": "12"]))
    }

    private let hunter = 7_734_773
}
