import Correlation
import FoundationEssentials
import Mail
import MailWorkerContract

/// Makes a mail of a job: subject, plain text and HTML from templates that are compiled into the executable.
struct MailComposer: Sendable {
    private let templates: MailTemplates
    private let publicURL: String
    private let sender: String
    private let domain: String

    /// Creates a composer.
    ///
    /// - Parameters:
    ///   - publicURL: Where people reach the gateway, without a slash at the end.
    ///   - sender: The address that mails come from.
    /// - Throws: ``MailTemplateError`` when a template cannot be read.
    init(publicURL: String, sender: String) throws(MailTemplateError) {
        self.publicURL = publicURL
        self.sender = sender
        domain = sender.split(separator: "@").last.map(String.init) ?? "localhost"
        templates = try MailTemplates()
    }

    /// The mail of a job; always the same for the same arguments.
    ///
    /// - Throws: ``DeliveryError``, permanent, when a header field or the recipient would be unsafe.
    func compose(
        _ job: MailJob,
        id: String,
        correlationID: CorrelationID?,
        date: Date
    ) throws(DeliveryError) -> ComposedMail {
        let messageID = "\(id)@\(domain)"
        let boundary = "=_clowder_\(id.filter { $0.isASCII && ($0.isLetter || $0.isNumber) })"
        var header = MailHeader()
        try header.add("Date", MailDate.format(date))
        try header.add("From", "Clowder <\(sender)>")
        try header.add("To", "<\(job.recipient)>")
        try header.add("Subject", subject(of: job.template))
        try header.add("Message-ID", "<\(messageID)>")
        if let correlationID { try header.add("X-Correlation-ID", correlationID.description) }
        try header.add("Auto-Submitted", "auto-generated")
        try header.add("MIME-Version", "1.0")
        try header.add("Content-Type", "multipart/alternative; boundary=\"\(boundary)\"")
        let templates = templates[job.template]
        let text =
            header.text + "\r\n"
            + part("text/plain", templates.text.render { value(of: $0, in: job) }, boundary)
            + part("text/html", templates.html.render { value(of: $0, in: job) }, boundary)
            + "--\(boundary)--\r\n"
        return try ComposedMail(recipient: job.recipient, messageID: messageID, text: text)
    }

    private func subject(of template: MailJob.Template) -> String {
        switch template {
        case .verification: "Confirm your address"
        case .addressKnown: "You already have an account"
        case .passwordReset: "Choose a new password"
        case .passwordChanged: "Your password was changed"
        }
    }

    private func value(of variable: MailTemplate.Variable, in job: MailJob) -> String {
        switch variable {
        case .name: job.name
        case .token: job.token ?? ""
        case .link: link(in: job)
        case .site: publicURL
        }
    }

    /// The token stands behind the `#` of the link: browsers never send it to a server by themselves.
    private func link(in job: MailJob) -> String {
        guard let token = job.token else { return publicURL }
        let page = job.template == .passwordReset ? "reset-password" : "verify"
        return "\(publicURL)/\(page)#token=\(token)"
    }

    private func part(_ type: String, _ content: String, _ boundary: String) -> String {
        "--\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            + QuotedPrintable.encode(content) + "\r\n"
    }
}
