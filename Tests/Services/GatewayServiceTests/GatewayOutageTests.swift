import Discovery
import HTTPTypes
import MailWorkerContract
import SearchContract
import ServiceTestSupport
import Testing
import UsersContract

/// What callers are told while a service is away.
@Suite(.timeLimit(.minutes(2))) struct GatewayOutageTests {
    @Test(arguments: [RunningGateway.Outage.unregistered, .unreachable])
    func tellsAnOutageFromAnEmptyResult(outage: RunningGateway.Outage) async throws {
        try await withGateway { gateway in
            gateway.search.answer(FakeService.json(#"{"items":[],"total":0}"#))
            let empty = try await gateway.send(.get, "/v1/listings?q=unicorn")
            #expect(empty.status == .ok)
            #expect(empty.body == #"{"items":[],"total":0}"#)
        }
        try await withGateway(outages: [SearchAddress.name: outage]) { gateway in
            let answer = try await gateway.send(.get, "/v1/listings?q=unicorn")
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.headers[.retryAfter] == "1")
            let problem = try answer.problem
            #expect(problem.type == "urn:clowder:problem:unavailable")
            #expect(problem.detail == "The service search does not answer at the moment.")
        }
    }

    @Test(arguments: [UsersAddress.name, SearchAddress.name, MailWorkerAddress.name])
    func keepsTheOthersWorking(down: ServiceName) async throws {
        try await withGateway(outages: [down: .unreachable]) { gateway in
            for call in PublicCall.all where call.role == nil {
                let answer = try await gateway.make(call, token: nil)
                #expect(answer.status == (call.service == down ? .serviceUnavailable : .ok), "\(call.testDescription)")
            }
            #expect(try await gateway.send(.get, "/docs").status == .ok)
        }
    }

    /// Nobody is told that a token is bad only because it cannot be checked.
    @Test func answers503WhenTokensCannotBeChecked() async throws {
        try await withGateway(outages: [UsersAddress.name: .unreachable]) { gateway in
            let token = try await gateway.token(["admin"])
            let answer = try await gateway.send(.get, "/v1/mail/dead-letters", token: token)
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.wwwAuthenticate] == nil)
            #expect(gateway.mailWorker.calls.isEmpty)
        }
    }

    @Test func saysNothingAboutWhereServicesAre() async throws {
        try await withGateway(outages: [SearchAddress.name: .unreachable]) { gateway in
            let answer = try await gateway.send(.get, "/v1/listings")
            #expect(!answer.body.contains("localhost"))
            #expect(!answer.body.contains("127.0.0.1"))
            #expect(!answer.body.contains("refusing-1"))
        }
    }
}
