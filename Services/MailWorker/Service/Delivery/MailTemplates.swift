import MailWorkerContract

/// The templates of all mails, compiled into the executable and read once.
struct MailTemplates: Sendable {
    /// One mail, as plain text and as HTML.
    struct Pair: Sendable {
        let text: MailTemplate
        let html: MailTemplate

        fileprivate init(_ name: String, text: [UInt8], html: [UInt8]) throws(MailTemplateError) {
            self.text = try MailTemplate(
                String(decoding: text, as: UTF8.self),
                named: "\(name).txt.mustache",
                format: .plain
            )
            self.html = try MailTemplate(
                String(decoding: html, as: UTF8.self),
                named: "\(name).html.mustache",
                format: .html
            )
        }
    }

    private let verification: Pair
    private let addressKnown: Pair
    private let passwordReset: Pair
    private let passwordChanged: Pair

    /// Reads the templates.
    ///
    /// - Throws: ``MailTemplateError`` for the first one that cannot be read.
    init() throws(MailTemplateError) {
        verification = try Pair(
            "verification",
            text: PackageResources.verification_txt_mustache,
            html: PackageResources.verification_html_mustache
        )
        addressKnown = try Pair(
            "address-known",
            text: PackageResources.address_known_txt_mustache,
            html: PackageResources.address_known_html_mustache
        )
        passwordReset = try Pair(
            "password-reset",
            text: PackageResources.password_reset_txt_mustache,
            html: PackageResources.password_reset_html_mustache
        )
        passwordChanged = try Pair(
            "password-changed",
            text: PackageResources.password_changed_txt_mustache,
            html: PackageResources.password_changed_html_mustache
        )
    }

    /// The templates of one mail.
    subscript(template: MailJob.Template) -> Pair {
        switch template {
        case .verification: verification
        case .addressKnown: addressKnown
        case .passwordReset: passwordReset
        case .passwordChanged: passwordChanged
        }
    }
}
