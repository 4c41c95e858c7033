/// Damages a stack in ways that it can be mended from.
protocol StackDamage: Sendable {
    /// Words that every failed attempt to deliver a mail is told with while mails are refused.
    var mailTrouble: String { get }

    /// Makes all mails undeliverable.
    func refuseMails() async throws

    /// Lets mails be delivered again.
    func acceptMails() async throws

    /// Kills all processes of a service.
    func kill(_ service: String) async throws

    /// Undoes what is left of the damage where others come after this scenario.
    func mend() async throws
}
