#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One process of several dies.
struct SearchKilled: Fault {
    private static let victim = "search-2"

    let what = "one of \(ChaosSettings.replicas) `search` killed with `kill -9`; the runner starts it again"
    let promise = FaultPromise(failures: .none)

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let run = scene.stack.run(of: Self.victim)
        let made = scene.load.elapsed
        try scene.signal(Self.victim, SIGKILL)
        try await scene.stack.waitForSuccessor(of: run)
        return FaultFindings(facts: ["its successor was ready after \((scene.load.elapsed - made).seconds) s"])
    }
}

/// All processes of a service die in one moment.
struct SearchGone: Fault {
    let what = "all \(ChaosSettings.replicas) `search` killed with `kill -9` at once; the runner starts them again"
    let promise = FaultPromise(failures: .only(SearchProbe.unavailable), recovery: .seconds(10))

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        let runs = scene.searchProcesses.map(scene.stack.run)
        let made = scene.load.elapsed
        for name in scene.searchProcesses { try scene.signal(name, SIGKILL) }
        for run in runs { try await scene.stack.waitForSuccessor(of: run) }
        return FaultFindings(facts: ["all were ready again after \((scene.load.elapsed - made).seconds) s"])
    }
}
