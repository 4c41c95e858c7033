public import HTTPTypes
import Resilience

extension ServiceResponse {
    /// What the answer says about the service.
    var verdict: CircuitBreaker.Outcome {
        SharedCircuitBreaker.outcome(
            status: status.code,
            tellsRetryAfter: headers.contains(.retryAfter),
            isOverloaded: headers.contains(.overloaded)
        )
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    /// The mark of a refusal for load; see `Backpressure`.
    public static let overloaded = HTTPField.Name(Backpressure.fieldName)!
}
