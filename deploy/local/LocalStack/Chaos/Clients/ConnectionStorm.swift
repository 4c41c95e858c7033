import NIOCore

/// Connections that are opened and closed again without a request.
package struct ConnectionStorm: Sendable {
    /// How many connections are open at once, at most.
    package static let concurrency = 512
    private static let attempts = 20

    private let port: Int

    package init(port: Int) {
        self.port = port
    }

    /// Opens and closes this many connections, and waits for the last one.
    ///
    /// - Returns: How many could be opened. One that cannot, because no port of this side is free, is tried again
    ///   for two seconds.
    package func run(_ count: Int) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            var opened = 0
            for number in 0..<count {
                if number >= Self.concurrency { opened += await group.next() ?? 0 }
                if Task.isCancelled { break }
                group.addTask { await self.open() ? 1 : 0 }
            }
            for await one in group { opened += one }
            return opened
        }
    }

    /// Whether a connection could be opened.
    private func open() async -> Bool {
        for _ in 0..<Self.attempts where !Task.isCancelled {
            do {
                let channel = try await LoopbackConnection.open(port: port)
                try? await channel.close().get()  // The gateway may have been the first to close.
                return true
            } catch {
                try? await ContinuousClock().sleep(for: .milliseconds(100))  // The loop's condition sees cancellation.
            }
        }
        return false
    }
}
