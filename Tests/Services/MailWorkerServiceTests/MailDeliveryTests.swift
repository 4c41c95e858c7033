import Conformance
import Correlation
import FoundationEssentials
import InMemoryLogging
import Logging
import Mail
import MailWorkerContract
import Messaging
import ServiceContextModule
import TestSupport
import Testing

@testable import MailWorkerService

@Suite(.timeLimit(.minutes(1))) struct MailDeliveryTests {
    private let time = ManualTime()

    private func delivery(_ transport: any MailTransport) throws -> MailDelivery {
        MailDelivery(
            composer: try MailComposer(publicURL: "https://board.example", sender: "board@clowder.example"),
            transport: transport,
            now: { [time] in time.date }
        )
    }

    private func failing(_ permanence: DeliveryError.Permanence) -> MemoryMailTransport {
        MemoryMailTransport { _ throws(DeliveryError) in
            throw DeliveryError(permanence: permanence, description: "the double refuses")
        }
    }

    private func claim(_ job: MailJob) throws -> Claim {
        Claim(message: try job.message(id: "message-1"), attempt: 1, fence: 1)
    }

    @Test func deliversUnderTheCorrelationOfItsTask() async throws {
        var context = ServiceContext.topLevel
        context.correlationID = CorrelationID("sign-up-7")
        let transport = MemoryMailTransport()
        let (delivery, claim) = (try delivery(transport), try claim(.sample()))
        let outcome = await ServiceContext.withValue(context) { await delivery.handle(claim) }
        guard case .done = outcome else { throw UnexpectedOutcome(outcome: outcome) }
        #expect(transport.mails.map(\.messageID) == ["message-1@clowder.example"])
        #expect(transport.mails.map(\.recipient) == ["ada@example.org"])
        let mail = try #require(transport.mails.first.flatMap { ParsedMail($0.text) })
        #expect(mail.fields["X-Correlation-ID"] == "sign-up-7")
    }

    @Test func triesAgainAfterAPassingFailure() async throws {
        let outcome = try await delivery(failing(.transient)).handle(try claim(.sample()))
        guard case .retry("the double refuses") = outcome else { throw UnexpectedOutcome(outcome: outcome) }
    }

    @Test func givesUpAfterALastingFailure() async throws {
        let outcome = try await delivery(failing(.permanent)).handle(try claim(.sample()))
        guard case .dead("the double refuses") = outcome else { throw UnexpectedOutcome(outcome: outcome) }
    }

    @Test(arguments: ["", "{}", #"{"template":"unknown","accountID":"a","recipient":"a@b.org","name":"A"}"#])
    func givesUpJobsThatCannotBeRead(body: String) async throws {
        let message = Message(id: "message-1", topic: MailJob.topic, body: Array(body.utf8), headers: [:])
        let delivery = try delivery(failing(.transient))
        let outcome = await delivery.handle(Claim(message: message, attempt: 1, fence: 1))
        guard case .dead(let reason) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
        #expect(reason.hasPrefix("the job cannot be read"))
    }

    @Test(arguments: ["nobody", "ada@example.org\r\nBcc: bob@example.org", ""])
    func givesUpJobsForWhatIsNoAddress(recipient: String) async throws {
        let delivery = try delivery(failing(.transient))
        let outcome = await delivery.handle(try claim(.sample(recipient: recipient)))
        guard case .dead("the recipient is no mail address") = outcome else {
            throw UnexpectedOutcome(outcome: outcome)
        }
    }

    @Test func logsNeitherTokenNorFullAddress() async throws {
        let logs = InMemoryLogHandler()
        let (delivery, claim) = (try delivery(MemoryMailTransport()), try claim(.sample()))
        let logger = Logger(label: "delivery", factory: { _ in logs })
        _ = await withLogger(logger) { _ in await delivery.handle(claim) }
        let lines = logs.entries.map { "\($0.message) \($0.metadata)" }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("a***@example.org") == true)
        #expect(!lines.contains { $0.contains("ada@example.org") || $0.contains(MailJob.token) })
    }
}

/// What became of a claim, where something else should have.
struct UnexpectedOutcome: Error {
    let outcome: QueueConsumer.Outcome
}
