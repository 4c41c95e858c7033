package import LocalStack
package import Testing

/// The one stack that the tests of a suite share.
package enum SharedStack {
    @TaskLocal private static var bound: LocalStack?

    /// There is no shared stack here: the suite lacks the trait ``Testing/Trait/sharedStack``.
    package struct Missing: Error {}

    /// The stack of the suite whose test is running.
    package static var current: LocalStack {
        get throws {
            guard let bound else { throw Missing() }
            return bound
        }
    }

    /// Starts a stack before the first test of a suite, and stops it after the last.
    package struct Trait: SuiteTrait, TestScoping {
        package func provideScope(
            for test: Test,
            testCase: Test.Case?,
            performing function: @concurrent @Sendable () async throws -> Void
        ) async throws {
            try await TestStack.with { stack in
                try await $bound.withValue(stack) { try await function() }
            }
        }
    }
}

extension Trait where Self == SharedStack.Trait {
    /// The tests of the suite share one stack; see ``SharedStack/current``.
    package static var sharedStack: Self { Self() }
}
