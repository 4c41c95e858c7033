import HTTPTypes
import ServiceTestSupport
import Testing

/// What the gateway answers by itself.
@Suite(.timeLimit(.minutes(2))) struct PagesTests {
    private func field(_ name: String, of answer: Answer) -> String? {
        answer.headers.first { $0.name.canonicalName == name }?.value
    }

    @Test(arguments: [
        ("/docs", "text/html; charset=utf-8"), ("/verify", "text/html; charset=utf-8"),
        ("/reset-password", "text/html; charset=utf-8"), ("/openapi.json", "application/json"),
        ("/assets/forms.js", "text/javascript; charset=utf-8"), ("/assets/forms.css", "text/css; charset=utf-8"),
    ])
    func servesPagesThatNothingElseMayFrameOrFeed(path: String, type: String) async throws {
        try await withGateway { gateway in
            let page = try await gateway.send(.get, path)
            #expect(page.status == .ok)
            #expect(page.headers[.contentType] == type)
            #expect(page.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
            #expect(page.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
            #expect(field("referrer-policy", of: page) == "no-referrer")
            #expect(field("x-content-type-options", of: page) == "nosniff")
            #expect(!page.body.isEmpty)
            let head = try await gateway.send(.head, path)
            #expect(head.status == .ok)
            #expect(head.body.isEmpty)
            #expect(head.headers[.contentLength] == String(page.body.utf8.count))
            #expect(gateway.calls.isEmpty)
        }
    }

    @Test func showsTheDescriptionOfTheAPI() async throws {
        try await withGateway { gateway in
            let page = try await gateway.send(.get, "/docs")
            #expect(page.body.hasPrefix("<!DOCTYPE html>"))
            #expect(page.body.contains("/openapi.json"))
            #expect(!page.body.contains("src=\"http"))
            let home = try await gateway.send(.get, "/")
            #expect(home.status == .seeOther)
            #expect(home.headers[.location] == "/docs")
        }
    }

    /// Scanners that open every link of a mail use no token up: only pressing the button sends it.
    @Test(arguments: [
        ("/verify", "POST", "/v1/accounts/verify"), ("/reset-password", "PUT", "/v1/password-resets"),
    ])
    func usesNoTokenUpWhenAMailedLinkIsOpened(path: String, method: String, action: String) async throws {
        try await withGateway { gateway in
            for suffix in ["", "?token=abc"] {
                let page = try await gateway.send(.get, path + suffix)
                #expect(page.status == .ok)
                #expect(page.body.contains("data-method=\"\(method)\" data-action=\"\(action)\""))
                #expect(page.body.contains("<script src=\"/assets/forms.js\" defer></script>"))
                #expect(!page.body.contains("abc"))
            }
            _ = try await gateway.send(.head, path)
            #expect(gateway.calls.isEmpty)
            #expect(gateway.users.keySetCount == 0)
        }
    }

    @Test func sendsTheTokenBehindTheHashWhenTheButtonIsPressed() async throws {
        try await withGateway { gateway in
            let script = try await gateway.send(.get, "/assets/forms.js").body
            #expect(script.contains("new URLSearchParams(location.hash.slice(1)).get(\"token\")"))
            #expect(script.contains("form.addEventListener(\"submit\", send)"))
        }
    }
}
