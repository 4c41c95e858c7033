import HTTPTypes
import ServiceClient
import ServiceRuntime

/// The one place where the errors of this service become answers.
enum GatewayErrors {
    @Sendable
    static func problem(for error: any Error) -> Problem? {
        switch error {
        case let error as ServiceClientError where error.code == .bulkheadFull: serviceBusy(error.service)
        default: nil
        }
    }

    /// 503 for a service that has as many calls in hand as it may.
    ///
    /// Without the mark of overload, which is for callers that balance and break circuits: services.
    static func serviceBusy(_ service: String) -> Problem {
        var problem = Problem.serviceBusy(service)
        problem.headers[.overloaded] = nil
        return problem
    }
}
