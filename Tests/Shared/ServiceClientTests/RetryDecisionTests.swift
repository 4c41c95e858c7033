import AsyncHTTPClient
import HTTPTypes
import NIOCore
import Testing

@testable import ServiceClient

@Suite struct RetryDecisionTests {
    private static let safe: [HTTPRequest.Method] = [.get, .head, .options, .trace]
    private static let unsafe: [HTTPRequest.Method] = [.post, .put, .patch, .delete]

    private static func request(_ method: HTTPRequest.Method, key: String? = nil) -> ServiceRequest {
        var request = ServiceRequest(method: method, path: "/", body: .bytes(ByteBuffer()))
        request.headers[.idempotencyKey] = key
        return request
    }

    @Test(arguments: safe, [502, 503, 504])
    func repeatsSafeMethodsAfterPassingFailures(_ method: HTTPRequest.Method, status: Int) {
        let failure = AttemptFailure.status(.init(code: status), retryAfter: nil)
        #expect(RetryDecision.mayRetry(Self.request(method), after: failure))
    }

    @Test(arguments: unsafe, [502, 503, 504])
    func repeatsOtherMethodsWithAKeyAlone(_ method: HTTPRequest.Method, status: Int) {
        let failure = AttemptFailure.status(.init(code: status), retryAfter: nil)
        #expect(!RetryDecision.mayRetry(Self.request(method), after: failure))
        #expect(RetryDecision.mayRetry(Self.request(method, key: "k1"), after: failure))
    }

    @Test(arguments: [400, 401, 403, 404, 408, 409, 412, 422, 425, 500, 501, 505, 507, 599])
    func repeatsNothingAfterOtherStatuses(_ status: Int) {
        for retryAfter in [nil, Duration.zero] {
            let failure = AttemptFailure.status(.init(code: status), retryAfter: retryAfter)
            #expect(!RetryDecision.mayRetry(Self.request(.get, key: "k1"), after: failure))
        }
    }

    @Test func waitsForAnAnswerThatSaysWhen() {
        let told = AttemptFailure.status(.tooManyRequests, retryAfter: .seconds(1))
        let untold = AttemptFailure.status(.tooManyRequests, retryAfter: nil)
        #expect(RetryDecision.mayRetry(Self.request(.get), after: told))
        #expect(RetryDecision.mayRetry(Self.request(.post, key: "k1"), after: told))
        #expect(!RetryDecision.mayRetry(Self.request(.post), after: told))
        #expect(!RetryDecision.mayRetry(Self.request(.get), after: untold))
    }

    @Test(arguments: safe + unsafe)
    func repeatsWhateverReachedNobody(_ method: HTTPRequest.Method) {
        #expect(RetryDecision.mayRetry(Self.request(method), after: .error(.unreachable)))
    }

    @Test(arguments: safe + unsafe)
    func repeatsABrokenCallWhereThatIsHarmless(_ method: HTTPRequest.Method) {
        let isSafe = Self.safe.contains(method)
        #expect(RetryDecision.mayRetry(Self.request(method), after: .error(.broken)) == isSafe)
        #expect(RetryDecision.mayRetry(Self.request(method, key: "k1"), after: .error(.broken)))
    }

    @Test(arguments: [
        ServiceClientError.Code.noReplica, .deadlineExceeded, .responseTooLarge, .malformedRequest,
    ])
    func repeatsNothingThatWouldEndTheSameWay(_ code: ServiceClientError.Code) {
        #expect(!RetryDecision.mayRetry(Self.request(.get, key: "k1"), after: .error(code)))
    }

    @Test func sendsAStreamOnce() {
        let failures: [AttemptFailure] = [
            .error(.unreachable), .error(.broken), .status(.serviceUnavailable, retryAfter: nil),
        ]
        var request = Self.request(.get, key: "k1")
        request.body = .stream(.bytes(ByteBuffer()))
        for failure in failures { #expect(!RetryDecision.mayRetry(request, after: failure)) }
    }
}
