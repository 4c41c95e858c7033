import LocalStack
import NIOCore
import NIOPosix
import Testing

/// The load of a fault, and connections without requests.
@Suite(.timeLimit(.minutes(1)))
struct ChaosLoadTests {
    @Test func aLoadGoesOnUntilItIsStoppedAndKeepsEveryRequest() async {
        let load = SteadyLoad(rate: 1000)
        let record = await load.run { number in
            if number == 20 { load.stop() }
            return number == 7 ? "503" : nil
        }
        let summary = record.summary(.zero..<(.seconds(60)))
        #expect(summary.requests > 20)
        #expect(summary.failures == ["503"])
        #expect(record.length > .milliseconds(19))
    }

    @Test func opensAsManyConnectionsAsAsked() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let port = try #require(server.localAddress?.port)
        let opened = await ConnectionStorm(port: port).run(ConnectionStorm.concurrency + 50)
        #expect(opened == ConnectionStorm.concurrency + 50)
        try await server.close()
    }

    @Test func countsTheSlowClientsThatCannotConnect() async throws {
        let outcome = await SlowClients(port: try await FreePort.find()).run(3, limit: .seconds(1))
        #expect(outcome.refused == 3)
        #expect(outcome.lives == [])
        #expect(outcome.leftOpen == 0)
    }
}
