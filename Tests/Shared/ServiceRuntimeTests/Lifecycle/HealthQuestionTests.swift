import Hummingbird
import HummingbirdTesting
import Testing

@testable import ServiceRuntime

/// How a process is asked for its health by another one of the same executable.
@Suite(.timeLimit(.minutes(1))) struct HealthQuestionTests {
    private func question(_ arguments: [String]) throws -> HealthQuestion {
        let arguments = ["--registry-url=lease-directory:/nowhere"] + arguments
        return try HealthQuestion(try Settings.load(ServiceSettings.all, arguments: arguments, environment: [:]))
    }

    @Test(arguments: [(HTTPResponse.Status.ok, true), (.serviceUnavailable, false)])
    func tellsWhetherItIsReady(status: HTTPResponse.Status, isReady: Bool) async throws {
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            Response(
                status: request.uri.path == "/readyz" ? status : .notFound,
                body: .init(byteBuffer: .init(string: "so"))
            )
        }
        try await Application(responder: responder).test(.live) { client in
            let port = try #require(client.port)
            for host in ["127.0.0.1", "0.0.0.0"] {
                let answer = await (try question(["--operations-port=\(port)", "--operations-host=\(host)"])).ask()
                #expect(answer.isReady == isReady && answer.text == "so")
            }
        }
    }

    @Test func tellsThatNobodyAnswers() async throws {
        let port = try await Application(
            responder: CallbackResponder<BasicRequestContext> { _, _ in Response(status: .ok) }
        )
        .test(.live) { try #require($0.port) }
        let answer = await (try question(["--operations-port=\(port)"])).ask()
        #expect(!answer.isReady && answer.text.hasPrefix("no answer from 127.0.0.1:\(port): "))
    }

    @Test func needsToKnowThePort() throws {
        let error = #expect(throws: SettingsError.self) { try question([]) }
        #expect(error?.problems.first?.hasPrefix("operations.port must be set") == true)
        #expect(HealthQuestion.limit == .seconds(2) && HealthQuestion.word == "health")
    }
}
