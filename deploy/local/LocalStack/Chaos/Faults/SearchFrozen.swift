#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One process of several goes silent: it neither answers nor refuses, and its connections stay open.
struct SearchFrozen: Fault {
    private static let victim = "search-2"
    private static let pause = Duration.seconds(10)

    let what = "one of \(ChaosSettings.replicas) `search` frozen with `SIGSTOP`, woken after \(pause.seconds) s"
    let promise = FaultPromise(failures: .none)

    func make(_ scene: FaultScene) async throws -> FaultFindings {
        try scene.signal(Self.victim, SIGSTOP)
        // Whatever happens it is woken: a frozen process cannot be stopped in order.
        defer { scene.stack.signal(Self.victim, SIGCONT) }
        try await Task.sleep(for: Self.pause)
        return FaultFindings()
    }
}
