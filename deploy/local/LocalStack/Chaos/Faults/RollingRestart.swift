#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Each process is replaced in its turn, again and again, as for a new version.
struct RollingRestart: Fault {
    private static let rounds = 20
    private static let lameDuck = Duration.milliseconds(500)

    let what = "every `search` stopped in order and replaced, one after the other, \(rounds) times"
    let promise = FaultPromise(failures: .none)

    func adjust(_ configuration: inout StackConfiguration) {
        // The growing pause is for what crashes; here it would be most of the time.
        configuration.maximumRestartPause = .milliseconds(200)
    }

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let begin = scene.load.elapsed
        for round in 1...Self.rounds {
            for name in scene.searchProcesses {
                let run = scene.stack.run(of: name)
                try scene.signal(name, SIGTERM)
                try await scene.stack.waitForSuccessor(of: run)
            }
            scene.settings.note("round \(round) of \(Self.rounds)")
        }
        let restarts = Self.rounds * scene.searchProcesses.count
        let time = (scene.load.elapsed - begin).seconds
        return FaultFindings(
            facts: ["\(restarts) restarts took \(time) s, with a lame-duck time of \(Self.lameDuck.milliseconds) ms"],
            figures: [.restarts: Double(restarts)]
        )
    }
}
