import Testing

@testable import SMTP

struct SMTPServerTests {
    @Test(arguments: [
        ("smtp://mail.internal", "smtp://mail.internal:587", nil), ("smtps://mail/", "smtps://mail:465", nil),
        ("smtp://board@mail:2525", "smtp://mail:2525", "board"), ("smtp://a@b.c@[::1]", "smtp://[::1]:587", "a@b.c"),
        ("smtp://a%40b%C3%A4@mail", "smtp://mail:587", "a@bä"), ("smtp-plaintext://mail", "smtp://mail:25", nil),
        ("smtp-plaintext://mail:1025", "smtp://mail:1025", nil),
    ])
    func reads(_ text: String, _ url: String, _ username: String?) throws {
        let server = try SMTPServer(url: text)
        #expect(server.url == url && server.username == username)
    }

    @Test(arguments: [
        "http://mail", "mail", "smtp://", "smtp://:25", "smtp://mail:0", "smtp://mail:x", "smtp://mail/x", "smtp://a b",
        "smtp://@mail", "smtp://user:secret@mail", "smtp://a%4@mail", "smtp://a%0d%0a@mail", "smtp://a%FF@mail",
        "smtp-plaintext://user@mail",
    ])
    func refuses(_ text: String) {
        #expect(throws: SMTPServer.Malformed.self) { try SMTPServer(url: text) }
    }
}
