import TestSupport
import Testing

@testable import ServiceRuntime

@Suite struct InstanceIDTests {
    @Test func takesTheConfiguredName() {
        var generator = SeededGenerator(seed: 1)
        #expect(InstanceID.make(of: "users", configured: "users-7", using: &generator) == "users-7")
    }

    /// Replicas in containers have the same process number each.
    @Test func givesReplicasOfOneMachineDifferentNames() {
        var generator = SeededGenerator(seed: 1)
        let names = (0..<1000).map { _ in InstanceID.make(of: "users", configured: "", using: &generator) }
        #expect(Set(names).count == 1000)
        #expect(names.allSatisfy { $0.utf8.count == "users-".utf8.count + 8 })
    }
}
