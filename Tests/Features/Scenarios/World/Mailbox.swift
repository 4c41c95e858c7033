/// Where the mails of a stack land.
protocol Mailbox: Sendable {
    /// How long to wait before it is looked into again.
    var pause: Duration { get }

    /// The mails to an address, in no order.
    func mails(to address: String) async throws -> [ReceivedMail]
}
