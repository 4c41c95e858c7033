import ArgumentParser
import FoundationEssentials
import HTTPTypes
import LocalStack

/// Measures stacks that run, in interleaved rounds; each has the records already.
struct BenchStack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-stack",
        abstract: "Measures searches and sign-ups of stacks that run, side by side."
    )

    @Option(help: "The gateway's address; again for others to compare with. Their caches should be off.")
    var url: [String]

    @Option(help: "The records that were imported, one JSON object a line, plain or gzip.")
    var file: String

    @Option(help: "How many seconds a round searches, and then signs up.")
    var seconds = 10

    @Option(help: "Searches a second.")
    var rate = 200

    @Option(help: "People who sign up at the same time.")
    var people = 8

    @Option(help: "Rounds; the stacks take turns.")
    var rounds = 3

    private struct Figures {
        var p50: [Duration] = []
        var p99: [Duration] = []
        var searches = 0
        var failedSearches = 0
        var signUps: [Double] = []
        var refusedSignUps = 0
    }

    func run() async throws {
        do {
            try await measure()
        } catch let failure as StackFailure {
            Console.fail(failure.description)
            throw ExitCode(1)
        }
    }

    private func measure() async throws {
        let mix = try SearchMix(lines: try await RecordsFile.text(of: file))
        var figures = url.map { _ in Figures() }
        for round in 1...rounds {
            for (place, url) in url.enumerated() {
                Console.note("round \(round) of \(rounds): \(url)")
                let gateway = GatewayClient(baseURL: url)
                try await search(mix, gateway, into: &figures[place])
                try await signUp(gateway, into: &figures[place])
            }
        }
        Console.say("measured on \(MachineDescription.text), medians of \(rounds) interleaved rounds of \(seconds) s\n")
        Console.say("| stack | search p50 | p99 | failed | sign-ups/s with \(people) people | not 202 |")
        Console.say("|---|---|---|---|---|---|")
        for (url, figure) in zip(url, figures) {
            let signUps = (median(figure.signUps) * 10).rounded() / 10
            Console.say(
                "| \(url) | \(median(figure.p50).text(.milliseconds)) ms | \(median(figure.p99).text(.milliseconds)) ms "
                    + "| \(figure.failedSearches) of \(figure.searches) | \(signUps) | \(figure.refusedSignUps) |"
            )
        }
    }

    private func search(_ mix: SearchMix, _ gateway: GatewayClient, into figures: inout Figures) async throws {
        let summary = await OpenLoopLoad(rate: rate, duration: .seconds(seconds)).run { number in
            let reply = try await gateway.send(.get, mix.path(number))
            guard reply.status == 200 else { throw StackFailure("\(reply.status)") }
        }
        figures.p50.append(summary.percentile(0.5))
        figures.p99.append(summary.percentile(0.99))
        figures.searches += summary.requests
        figures.failedSearches += summary.failures.count
    }

    /// Each signs up again as soon as the answer is there.
    private func signUp(_ gateway: GatewayClient, into figures: inout Figures) async throws {
        let run = UInt64.random(in: .min ... .max)
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let statuses = try await withThrowingTaskGroup(of: [Int].self) { group in
            for person in 0..<people {
                group.addTask {
                    var statuses: [Int] = []
                    while ContinuousClock.now < end {
                        let email = "\(run)-\(person)-\(statuses.count)@bench.example"
                        let account = #"{"email": "\#(email)", "name": "Bench", "password": "correct horse"}"#
                        statuses.append(try await gateway.send(.post, "/v1/accounts", json: account).status)
                    }
                    return statuses
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let accepted = statuses.count { $0 == 202 }
        figures.signUps.append(Double(accepted) / (start.duration(to: .now) / .seconds(1)))
        figures.refusedSignUps += statuses.count - accepted
    }

    private func median<Value: Comparable>(_ values: [Value]) -> Value {
        values.sorted()[values.count / 2]
    }
}
