import FoundationEssentials
import HTTPTypes
import MailWorkerContract
import Messaging
import ServiceTestSupport
import TestSupport
import Testing

/// From the queue to the mail folder.
@Suite(.timeLimit(.minutes(1))) struct MailWorkerApplicationTests {
    private func eventuallyLogs(_ text: String, _ worker: RunningMailWorker) async throws {
        _ = try await eventually("the log line: \(text)") {
            worker.logLines.contains { $0.contains(text) } ? true : nil
        }
    }

    @Test func deliversEachJobAsOneMail() async throws {
        try await withMailWorker(.running) { worker in
            for number in 1...5 {
                let headers = ["X-Correlation-ID": "sign-up-\(number)"]
                try await worker.enqueue(.sample(), id: "message-\(number)", headers: headers)
            }
            let files = try await eventually("five mails") {
                let files = try worker.mailFiles().filter { $0.hasSuffix(".eml") }
                return files.count == 5 ? files : nil
            }
            #expect(files == (1...5).map { "message-\($0)@clowder.example.eml" })
            let mail = try worker.mail(files[2])
            #expect(mail.fields["X-Correlation-ID"] == "sign-up-3")
            #expect(mail.fields["Message-ID"] == "<message-3@clowder.example>")
            #expect(mail.text("text/plain")?.contains(MailJob.token) == true)
        }
    }

    @Test func makesNoSecondMailOfAJobThatComesTwice() async throws {
        try await withMailWorker(.running) { worker in
            try await worker.enqueue(.sample(), id: "message-1")
            try await eventuallyLogs("mail delivered", worker)
            try await worker.enqueue(.sample(.passwordChanged), id: "message-1")
            try await worker.enqueue(.sample(), id: "message-2")
            _ = try await eventually("the second mail") { try worker.mailFiles().count == 2 ? true : nil }
            #expect(try worker.mail("message-1@clowder.example.eml").fields["Subject"] == "Confirm your address")
        }
    }

    @Test func triesAgainAfterAPauseWhileTheFolderIsAway() async throws {
        try await withMailWorker(.running) { worker in
            try FileManager.default.removeItem(atPath: worker.mailDirectory)
            try await worker.enqueue(.sample(), id: "message-1")
            try await eventuallyLogs("message failed; it is tried again", worker)
            try FileManager.default.createDirectory(atPath: worker.mailDirectory, withIntermediateDirectories: true)
            worker.time.advance(by: .seconds(2))
            try await eventuallyLogs("mail delivered", worker)
            #expect(try worker.mailFiles() == ["message-1@clowder.example.eml"])
        }
    }

    @Test func givesUpAfterTheLastAttemptAndDeliversWhenReplayed() async throws {
        try await withMailWorker(.running, settings: ["--queue-attempts=2"]) { worker in
            try FileManager.default.removeItem(atPath: worker.mailDirectory)
            try await worker.enqueue(.sample(), id: "message-1")
            try await eventuallyLogs("message failed; it is tried again", worker)
            worker.time.advance(by: .seconds(2))
            try await eventuallyLogs("message given up; it is a dead letter", worker)
            let path = MailWorkerAddress.deadLettersPath + "/message-1"
            let letter: DeadLetterReply = try await worker.send(.get, path, roles: ["operator"]).decoded()
            #expect(letter.attempts == 2)
            #expect(letter.errors?.map(\.attempt) == [1, 2])
            try FileManager.default.createDirectory(atPath: worker.mailDirectory, withIntermediateDirectories: true)
            let replayed = try await worker.send(.post, path + "/replay", roles: ["operator"])
            #expect(replayed.status == .accepted)
            try await eventuallyLogs("mail delivered", worker)
            #expect(try worker.mailFiles() == ["message-1@clowder.example.eml"])
        }
    }

    @Test func makesADeadLetterOfAJobThatCannotBeRead() async throws {
        try await withMailWorker(.running) { worker in
            let message = Message(id: "message-1", topic: MailJob.topic, body: Array("no job".utf8), headers: [:])
            _ = try await worker.queue.enqueue(message, delay: .zero)
            try await eventuallyLogs("message given up; it is a dead letter", worker)
            let path = MailWorkerAddress.deadLettersPath + "/message-1"
            let letter: DeadLetterReply = try await worker.send(.get, path, roles: ["operator"]).decoded()
            #expect(letter.recipient == nil)
            #expect(letter.template == nil)
            #expect(letter.lastError?.hasPrefix("the job cannot be read") == true)
            #expect(try worker.mailFiles() == [])
        }
    }

    @Test func removesTheDeadLettersOfAnErasedAccount() async throws {
        try await withMailWorker(.running) { worker in
            let letters = [("message-1", "account-1"), ("message-2", "account-2"), ("message-3", "account-1")]
            for (id, account) in letters {
                try await worker.enqueue(.sample(account: account, recipient: "no address"), id: id)
            }
            _ = try await eventually("three dead letters") { try await worker.queue.depth().dead == 3 ? true : nil }
            let erasure = AccountErasure(accountID: "account-1")
            let message = Message(
                id: "erasure-1",
                topic: AccountErasure.topic,
                body: try erasure.encoded(),
                headers: [:]
            )
            _ = try await worker.queue.enqueue(message, delay: .zero)
            try await eventuallyLogs("account erased from the queue", worker)
            let answer = try await worker.send(.get, MailWorkerAddress.deadLettersPath, roles: ["operator"])
            #expect(try answer.decoded(as: DeadLetterPageReply.self).items.map(\.id) == ["message-2"])
        }
    }
}
