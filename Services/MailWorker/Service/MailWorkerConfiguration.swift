import InputValidation
package import NATS
package import ServiceRuntime

/// The settings of the mail worker, checked.
package struct MailWorkerConfiguration: Sendable {
    package static let settings: [Setting] = Setting.queue("that mail jobs come from") + own

    private static let own = [
        Setting(
            "mail.url",
            .url(schemes: ["maildir", "smtp", "smtps", "smtp-plaintext"]),
            "Where mails go: maildir:PATH writes .eml files into a folder, smtp://[user@]host[:587] hands them to a server."
        ),
        Setting("mail.password", .secretFile, default: "", "The password of the user at the SMTP server."),
        Setting(
            "mail.authorities",
            .text,
            default: "",
            "A PEM file with the certificates that the SMTP server's may be signed by, in place of the system's."
        ),
        Setting("mail.sender", .text, default: "board@clowder.example", "The address that mails come from."),
        Setting("public.url", .text, default: "http://127.0.0.1:8080", "Where people reach the gateway, for links."),
        Setting("queue.lease", .duration(.seconds(1)...(.seconds(600))), default: "60s", "How long a claim lasts."),
        Setting("queue.attempts", .integer(1...100), default: "12", "How often a mail is tried before it is dead."),
        Setting(
            "queue.retry-unit",
            .duration(.milliseconds(1)...(.seconds(60))),
            default: "1s",
            "The pause after attempt n is n to the fourth of these, at most six hours."
        ),
        Setting("queue.concurrency", .integer(1...64), default: "8", "How many mails are sent at a time."),
    ]

    package var queue: QueueAddress
    package var mail: MailDestination
    package var sender: String
    package var publicURL: String
    package var lease: Duration
    package var attempts: Int
    package var retryUnit: Duration
    package var concurrency: Int

    package init(_ settings: Settings) throws(SettingsError) {
        queue = try settings.value("queue.url") {
            try QueueAddress(
                url: settings.text("queue.url"),
                password: settings.secret("queue.password"),
                authorities: settings.text("queue.authorities")
            )
        }
        mail = try MailDestination(settings)
        sender = settings.text("mail.sender")
        publicURL = settings.text("public.url")
        lease = settings.duration("queue.lease")
        attempts = settings.integer("queue.attempts")
        retryUnit = settings.duration("queue.retry-unit")
        concurrency = settings.integer("queue.concurrency")
        guard EmailAddress(sender) != nil else { throw SettingsError(["mail.sender must be a mail address"]) }
    }
}
