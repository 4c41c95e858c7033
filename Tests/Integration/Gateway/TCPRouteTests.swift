import FoundationEssentials
import HTTPTypes
import LocalStack
import NIOCore
import NIOPosix
import StackSupport
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A port of the gateway whose connections go to a service as they are.
@Suite(.timeLimit(.minutes(1))) struct TCPRouteTests {
    /// Sends all of it, says that nothing more comes, and reads to the end.
    private func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            for try await var part in inbound { answer.writeBuffer(&part) }
            return String(buffer: answer)
        }
    }

    @Test func leadsToAReplicaOfItsService() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            let port = try await FreePort.find()
            let text = #"{"tcpRoutes": [{"port": \#(port), "service": "search"}]}"#
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try await TestStack.with { configuration in
                configuration.extraArguments["gateway", default: []] += ["--routes-file", path]
            } _: { stack in
                for _ in 0..<4 {
                    let request = "GET /v1/listings HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    let answer = try await exchange(request, port: port)
                    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
                    #expect(answer.hasSuffix("}"))
                }
                let log = stack.layout.log(of: "gateway-1")
                try await eventually(
                    "the lines of the connections",
                    holds: {
                        let text = try String(contentsOfFile: log, encoding: .utf8)
                        let lines = text.split(separator: "\n").filter { $0.contains("tcp connection ended") }
                        return lines.count == 4 && lines.allSatisfy { $0.contains("\"outcome\":\"complete\"") }
                    }
                )
            }
        }
    }

    /// Ports come and go with the file; what cannot be is refused or told, and harms nobody.
    @Test func listensOnWhatTheFileNamesByNow() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            let ports = [try await FreePort.find(), try await FreePort.find()]
            @Sendable func write(_ ports: [Int], to service: String = "search") throws {
                let routes = ports.map { #"{"port": \#($0), "service": "\#(service)"}"# }.joined(separator: ",")
                try "{\"tcpRoutes\": [\(routes)]}".write(toFile: path, atomically: true, encoding: .utf8)
            }
            try write([ports[0]])
            try await TestStack.with { configuration in
                configuration.extraArguments["gateway", default: []] += ["--routes-file", path]
            } _: { stack in
                let request = "GET /v1/listings HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                func log() throws -> String {
                    try String(contentsOfFile: stack.layout.log(of: "gateway-1"), encoding: .utf8)
                }
                #expect(try await exchange(request, port: ports[0]).hasPrefix("HTTP/1.1 200 OK"))
                try write([ports[1]])
                #expect(stack.signal("gateway-1", SIGHUP))
                try await eventually("the new port", holds: { try log().contains(":\(ports[1])\"") })
                #expect(try await exchange(request, port: ports[1]).hasPrefix("HTTP/1.1 200 OK"))
                try await eventually(
                    "the old port is free",
                    holds: {
                        do {
                            try await FreePort.require(ports[0])
                            return true
                        } catch {
                            return false
                        }
                    }
                )
                try write([ports[1]], to: "users")
                #expect(stack.signal("gateway-1", SIGHUP))
                try await eventually("the refusal", holds: { try log().contains("would lead elsewhere") })
                let taken = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: "127.0.0.1", port: ports[0])
                    .get()
                try write(ports)
                #expect(stack.signal("gateway-1", SIGHUP))
                try await eventually("the taken port is told", holds: { try log().contains("tcp route is not there") })
                #expect(try await exchange(request, port: ports[1]).hasPrefix("HTTP/1.1 200 OK"))
                try await taken.close()
                #expect(stack.signal("gateway-1", SIGHUP))
                try await eventually(
                    "the first port again",
                    holds: { try log().split(separator: ":\(ports[0])\"").count > 2 }
                )
                #expect(try await exchange(request, port: ports[0]).hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }
}
