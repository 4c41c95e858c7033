import FoundationEssentials
import HTTPTypes
import LocalStack
import StackSupport
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What becomes of the processes when one of them, or their runner, ends.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct SupervisionTests {
    /// Remembers what a stack said of its processes.
    private final class Events: Sendable {
        private let events = Mutex<[StackEvent]>([])

        func record(_ event: StackEvent) {
            events.withLock { $0.append(event) }
        }

        /// How a process ended each time, and after how long it was started again.
        func endings(of process: String) -> [(how: String, restartIn: Duration?)] {
            events.withLock { events in
                events.compactMap { event in
                    guard case .ended(process, let how, let pause) = event else { return nil }
                    return (how, pause)
                }
            }
        }
    }

    @Test func noServiceOutlivesItsRunner() async throws {
        try await UpRun.prepare { run in
            let end = try await run.start { command in
                try await command.waitUntilItSays("Ctrl-C stops everything.")
                #expect(try await ProcessTable.services(ofStackIn: run.state).count == 6)
                command.signal(SIGKILL)
            }
            #expect(end.exitCode == nil)
            try await eventually("the end of all services", holds: { try await run.processes().isEmpty })
            for process in ["gateway-1", "search-1", "users-1", "mail-worker-1"] {
                let log = try String(contentsOfFile: run.layout.log(of: process), encoding: .utf8)
                #expect(log.split(separator: "\n").allSatisfy { $0.hasPrefix("{") }, "\(process)")
                #expect(log.contains("\"message\":\"service stopped\""), "\(process)")
            }
            let next = try await run.whileUp { _ in }
            #expect(next.exitCode == 0)
        }
    }

    @Test func startsAKilledServiceAgainAndSaysSoInOneLine() async throws {
        try await UpRun.prepare { run in
            let end = try await run.whileUp { command in
                let before = try await ProcessTable.services(ofStackIn: run.state)
                kill(try #require(before["search-1"]), SIGKILL)
                let after = try await eventually("the new process") {
                    let services = try await ProcessTable.services(ofStackIn: run.state)
                    return services["search-1"].map { $0 != before["search-1"] } == true ? services : nil
                }
                #expect(after.filter { $0.key != "search-1" } == before.filter { $0.key != "search-1" })
                #expect(try await run.gateway.send(.get, "/v1/listings?q=cat").status == 200)
            }
            let lines = end.output.split(separator: "\n").filter { $0.contains("search-1 was ended") }
            #expect(lines == ["  search-1 was ended by signal 9; it is started again in 0.2 s"])
            #expect(end.exitCode == 0)
            #expect(try await run.processes() == [:])
        }
    }

    @Test func waitsLongerBeforeEachRestart() async throws {
        let events = Events()
        try await TestStack.with(report: events.record) { stack in
            var last: Int32?
            for _ in 1...4 {
                let id = try await eventually("the next process") {
                    stack.processID(of: "mail-worker-1").flatMap { $0 == last ? nil : $0 }
                }
                #expect(stack.signal("mail-worker-1", SIGKILL))
                last = id
            }
            try await eventually("the fourth end", holds: { events.endings(of: "mail-worker-1").count == 4 })
        }
        let endings = events.endings(of: "mail-worker-1")
        #expect(endings.map { $0.how } == Array(repeating: "was ended by signal 9", count: 4))
        let pauses: [Duration?] = [.milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600)]
        #expect(endings.map { $0.restartIn } == pauses)
    }

    @Test func leavesAnEndedServiceAloneWhenToldTo() async throws {
        let events = Events()
        try await TestStack.with(adjust: Self.neverRestart, report: events.record) { stack in
            #expect(stack.signal("users-2", SIGKILL))
            try await eventually("the end", holds: { events.endings(of: "users-2").count == 1 })
            #expect(stack.processID(of: "users-2") == nil)
        }
        #expect(events.endings(of: "users-2").map { $0.restartIn } == [nil])
    }

    @Test func stopsWhatIsJustBeingStarted() async throws {
        try await withTemporaryDirectory { directory in
            for _ in 1...5 {
                try await withLocalStack(TestStack.configuration(state: directory), report: Events().record) { stack in
                    try await eventually(
                        "the first process",
                        holds: {
                            stack.processNames.contains { stack.processID(of: $0) != nil }
                        }
                    )
                }
                #expect(try await ProcessTable.counts(mentioning: directory) == [:])
            }
        }
    }

    @Test(arguments: ["gateway", "search", "users", "mail-worker"])
    func aServiceLeavesTheRegistryBeforeItStopsListening(_ service: String) async throws {
        let events = Events()
        try await TestStack.with(adjust: Self.neverRestart, report: events.record) { stack in
            let lease = "\(stack.layout.registry)/\(service)/\(service)-1.json"
            let port = try port(in: lease)
            #expect(stack.signal("\(service)-1", SIGTERM))
            try await eventually("the removal of the lease", holds: { !FileManager.default.fileExists(atPath: lease) })
            await #expect(throws: StackFailure.self) { try await FreePort.require(port) }
            try await eventually("the end", holds: { events.endings(of: "\(service)-1").count == 1 })
            try await FreePort.require(port)
            #expect(!FileManager.default.fileExists(atPath: lease))
        }
        #expect(events.endings(of: "\(service)-1").map { $0.how } == ["ended with exit code 0"])
    }

    private static func neverRestart(_ configuration: inout StackConfiguration) {
        configuration.restarts = .never
    }

    private func port(in lease: String) throws -> Int {
        struct Lease: Decodable {
            struct Endpoint: Decodable {
                var port: Int
            }
            var endpoint: Endpoint
        }
        return try JSONDecoder().decode(Lease.self, from: Data(contentsOf: URL(filePath: lease))).endpoint.port
    }
}
