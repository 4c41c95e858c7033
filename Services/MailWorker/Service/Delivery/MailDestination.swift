import Mail
package import SMTP
import ServiceRuntime

/// Where mails go.
package enum MailDestination: Sendable {
    /// A folder of `.eml` files.
    case folder(String)
    /// An SMTP server, the user's password there, and a PEM file with the certificates to trust.
    case server(SMTPServer, password: String?, authorities: String?)

    init(_ settings: Settings) throws(SettingsError) {
        let url = settings.text("mail.url")
        guard !url.hasPrefix("maildir:") else {
            self = .folder(settings.urlPath("mail.url"))
            return
        }
        let password = settings.text("mail.password")
        let authorities = settings.text("mail.authorities")
        let server: SMTPServer
        do {
            server = try SMTPServer(url: url)
        } catch {
            throw SettingsError(["mail.url: \(error)"])
        }
        guard password.isEmpty == (server.username == nil) else {
            let problem = "mail.url names a user and mail.password is missing, or the other way round"
            throw SettingsError([problem])
        }
        self = .server(
            server,
            password: password.isEmpty ? nil : password,
            authorities: authorities.isEmpty ? nil : authorities
        )
    }

    /// The transport, and whether it can be used, where that is the worker's own to see to.
    ///
    /// A server that is away makes no worker unready: its mails wait in the queue, as they do for one that is slow.
    func transport(sender: String) throws -> (any MailTransport, checks: [Readiness.Check]) {
        switch self {
        case .folder(let path):
            let transport = try MailDirectoryTransport(directory: path)
            return (transport, [Readiness.Check("mail folder") { try await transport.check() }])
        case .server(let server, let password, let authorities):
            let client = SMTPClient(server, password: password, authorities: authorities)
            return (SMTPTransport(client: client, sender: sender), [])
        }
    }
}
