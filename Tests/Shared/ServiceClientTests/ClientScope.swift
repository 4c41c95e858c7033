import AsyncHTTPClient
import Discovery
import LoadBalancing
import Resilience
import ServiceClient
import TestSupport

/// Always the first replica: only what leaves out the tried ones makes a second attempt go elsewhere.
private struct FirstChoice: PickPolicy {
    mutating func pick(from _: Candidates, for _: AffinityKey?, using _: inout PickGenerator) -> Int { 0 }
}

/// Runs `body` with a client that asks these replicas in the order of their names, without pauses between attempts.
///
/// Calls have forty seconds, so that a busy machine is not taken for a slow replica. The pool has the true time, unless
/// it is given another one.
func withClient<Result>(
    to endpoints: [Endpoint],
    policy: RetryPolicy = RetryPolicy(basePause: .zero),
    budget: RetryBudget = RetryBudget(),
    poolTime: ManualTime? = nil,
    _ body: (ServiceClient) async throws -> Result
) async throws -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let pool = EndpointPool(
        service: ServiceName(known: "users"),
        policy: FirstChoice(),
        generator: SeededGenerator(seed: 1),
        now: { poolTime?.now ?? start.duration(to: clock.now) }
    )
    pool.replace(with: Set(endpoints))
    let transport = ServiceClient.makeTransport()
    let client = ServiceClient(pool: pool, transport: transport, policy: policy, budget: budget, clock: clock)
    let result: Swift.Result<Result, any Error>
    do {
        let deadline = Deadline.after(.seconds(40), from: clock.now)
        result = .success(try await Deadline.withValue(deadline) { try await body(client) })
    } catch {
        result = .failure(error)
    }
    try await transport.shutdown()
    return try result.get()
}

/// Runs `body` with a client to these replicas.
func withClient<Result>(
    to replicas: [FakeReplica],
    policy: RetryPolicy = RetryPolicy(basePause: .zero),
    budget: RetryBudget = RetryBudget(),
    _ body: (ServiceClient) async throws -> Result
) async throws -> Result {
    try await withReplicas(replicas) { endpoints in
        try await withClient(to: endpoints, policy: policy, budget: budget, body)
    }
}
