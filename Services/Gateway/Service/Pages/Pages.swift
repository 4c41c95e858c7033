import HTTPTypes
import Hummingbird
import NIOCore

/// What the gateway answers by itself: the API's description, and the pages that mails link to.
///
/// The pages behind mailed links only show a button; the token stands behind the `#` of the link, is read by the page's
/// script and sent when the button is pressed. A scanner that opens every link of a mail uses nothing up.
struct Pages: Sendable {
    private struct Page: Sendable {
        var contentType: String
        /// Shared by all answers, however many wait for clients that do not read.
        var body: ByteBuffer
        var policy = "default-src 'none'; frame-ancestors 'none'"
    }

    private static let formPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
        + "base-uri 'none'; form-action 'self'"
    private static let docsPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
        + "frame-ancestors 'none'"

    private static let html = "text/html; charset=utf-8"

    private static let pages: [String: Page] = [
        "/openapi.json": Page(contentType: "application/json", body: ByteBuffer(bytes: PackageResources.openapi_json)),
        "/docs": Page(contentType: html, body: ByteBuffer(bytes: PackageResources.docs_html), policy: docsPolicy),
        "/verify": Page(contentType: html, body: ByteBuffer(bytes: PackageResources.verify_html), policy: formPolicy),
        "/reset-password": Page(
            contentType: html,
            body: ByteBuffer(bytes: PackageResources.reset_password_html),
            policy: formPolicy
        ),
        "/assets/forms.js": Page(
            contentType: "text/javascript; charset=utf-8",
            body: ByteBuffer(bytes: PackageResources.forms_js)
        ),
        "/assets/forms.css": Page(
            contentType: "text/css; charset=utf-8",
            body: ByteBuffer(bytes: PackageResources.forms_css)
        ),
    ]

    /// The paths of the pages, which no route may take from them.
    static var paths: [String] { pages.keys.sorted() }

    /// The page at a path, or nil.
    func response(path: String) -> Response? {
        if path == "/" {
            return Response(status: .seeOther, headers: [.location: "/docs"])
        }
        guard let page = Self.pages[path] else { return nil }
        return Response(
            status: .ok,
            headers: [
                .contentType: page.contentType,
                .cacheControl: "no-cache",
                .contentSecurityPolicy: page.policy,
                .referrerPolicy: "no-referrer",
                .xContentTypeOptions: "nosniff",
            ],
            body: .init(byteBuffer: page.body)
        )
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
