import Mustache

/// The mail templates, compiled into the executable; plain text is not escaped, HTML is.
enum EmbeddedTemplates {
    static func all() throws -> [String: MustacheTemplate] {
        [
            "verification.txt": try text(PackageResources.verification_txt_mustache),
            "verification.html": try html(PackageResources.verification_html_mustache),
            "address-known.txt": try text(PackageResources.address_known_txt_mustache),
            "address-known.html": try html(PackageResources.address_known_html_mustache),
            "password-reset.txt": try text(PackageResources.password_reset_txt_mustache),
            "password-reset.html": try html(PackageResources.password_reset_html_mustache),
            "password-changed.txt": try text(PackageResources.password_changed_txt_mustache),
            "password-changed.html": try html(PackageResources.password_changed_html_mustache),
        ]
    }

    private static func text(_ bytes: [UInt8]) throws -> MustacheTemplate {
        try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + String(decoding: bytes, as: UTF8.self))
    }

    private static func html(_ bytes: [UInt8]) throws -> MustacheTemplate {
        try MustacheTemplate(string: "{{% CONTENT_TYPE:HTML}}" + String(decoding: bytes, as: UTF8.self))
    }
}
