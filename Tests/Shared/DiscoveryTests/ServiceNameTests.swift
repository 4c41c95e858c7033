import Discovery
import Testing

@Suite struct ServiceNameTests {
    @Test(arguments: [
        "users", "mail-worker", "a", "7", "0users", "users2", "a-b-c", "a--b", String(repeating: "x", count: 63),
    ])
    func acceptsLabels(_ text: String) throws {
        #expect(try #require(ServiceName(text)).description == text)
    }

    @Test(arguments: [
        "", "-", "-users", "users-", "Users", "mail_worker", "mail.worker", "mail worker", " users", "users\n", "..",
        "../users", "users/1", "users\0", "bücher", "ü", "用户", String(repeating: "x", count: 64),
    ])
    func refusesWhatIsNoLabel(_ text: String) {
        #expect(ServiceName(text) == nil)
    }

    @Test func takesALiteralAsItIs() {
        #expect(ServiceName(known: "mail-worker") == ServiceName("mail-worker"))
    }
}
