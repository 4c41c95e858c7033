import ArgumentParser
import FoundationEssentials
import LocalStack
import Logging
import Messaging
import NATS
import ServiceLifecycle

/// Measures how many messages a second go into queues and through them, in interleaved rounds.
struct BenchQueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-queue",
        abstract: "Measures queues: messages a second in, and from there to done."
    )

    /// Sends of one process at a time.
    private static let senders = 16
    private static let topic = "bench"

    @Option(help: "A queue, as in queue.url; again for others to compare with.")
    var url: [String]

    @Option(help: "A file with the password of the user at the NATS server.")
    var password: String?

    @Option(help: "Messages a round.")
    var messages = 2000

    @Option(help: "Rounds; the queues take turns.")
    var rounds = 5

    @Option(help: "Messages at a time, of each of two consumers.")
    var concurrency = 8

    func run() async throws {
        let secret = try password.map { try String(contentsOfFile: $0, encoding: .utf8).trimmed } ?? ""
        let queues = try url.map { url in
            let address = try QueueAddress(url: url, password: { secret }, authorities: "")
            return (url: url, queue: try address.open(now: { Date() }))
        }
        var figures = queues.map { _ in (enqueued: [Double](), done: [Double]()) }
        for round in 1...rounds {
            for (place, entry) in queues.enumerated() {
                Console.note("round \(round) of \(rounds): \(entry.url)")
                figures[place].enqueued.append(try await enqueue(into: entry.queue, round: round))
                figures[place].done.append(try await finish(all: entry.queue))
            }
        }
        Console.say(
            "measured on \(MachineDescription.text), medians of \(rounds) interleaved rounds of \(messages) messages\n"
        )
        Console.say("| queue | enqueued/s | claimed and done/s |\n|---|---|---|")
        for (entry, figure) in zip(queues, figures) {
            Console.say("| \(entry.url) | \(Int(median(figure.enqueued))) | \(Int(median(figure.done))) |")
        }
    }

    /// Messages a second that get into the queue.
    private func enqueue(into queue: QueueAddress.Queue, round: Int) async throws -> Double {
        let body = Array(
            #"{"kind": "verification", "to": "ada@example.org", "token": "\#(String(repeating: "t", count: 43))"}"#.utf8
        )
        let run = UInt64.random(in: .min ... .max)
        let share = messages / Self.senders
        let duration = try await ContinuousClock().measure {
            try await withThrowingDiscardingTaskGroup { group in
                for sender in 0..<Self.senders {
                    group.addTask {
                        for number in 0..<share {
                            let id = "\(run)-\(sender)-\(number)"
                            let message = Message(
                                id: id,
                                topic: Self.topic,
                                body: body,
                                headers: ["X-Correlation-ID": id]
                            )
                            _ = try await queue.enqueue(message, delay: .zero)
                        }
                    }
                }
            }
        }
        return Double(share * Self.senders) / (duration / .seconds(1))
    }

    /// Messages a second that consumers get done, from the first claim until nothing is left.
    private func finish(all queue: QueueAddress.Queue) async throws -> Double {
        let count = try await queue.depth().ready
        let consumers = (0..<2).map { _ in
            QueueConsumer(
                queue: queue,
                settings: QueueConsumer.Settings(topic: Self.topic, concurrency: concurrency)
            ) { _ in .done }
        }
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: consumers, logger: logger)
        )
        let duration = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                while try await queue.depth() != QueueDepth(ready: 0, inFlight: 0, dead: 0) {
                    try await Task.sleep(for: .milliseconds(20))
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
        return Double(count) / (duration / .seconds(1))
    }

    private func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }
}

extension String {
    /// Without the line break at the end of a file.
    fileprivate var trimmed: String {
        String(reversed().drop(while: \.isWhitespace).reversed())
    }
}
