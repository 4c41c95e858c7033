import Correlation
import ServiceContextModule

/// The spans of messages, named as OpenTelemetry's semantic conventions for messaging want it.
enum MessageSpan {
    /// What went wrong.
    struct Failure {
        /// One of few words.
        let kind: String
        /// The same for people.
        let text: String
    }

    /// Records the span that the task's context is of: the handing over of a message.
    static func record(_ kind: Span.Kind, _ message: Message, since start: ContinuousClock.Instant, failure: Failure?) {
        record(kind, "send", message, since: start, attempt: nil, failure: failure)
    }

    /// Records the span that the task's context is of: the work on a message.
    static func record(_ kind: Span.Kind, _ claim: Claim, since start: ContinuousClock.Instant, failure: Failure?) {
        record(kind, "process", claim.message, since: start, attempt: claim.attempt, failure: failure)
    }

    private static func record(
        _ kind: Span.Kind,
        _ operation: String,
        _ message: Message,
        since start: ContinuousClock.Instant,
        attempt: Int?,
        failure: Failure?
    ) {
        guard let recorder = SpanRecorder.current, let context = ServiceContext.current else { return }
        var attributes: [String: Span.Value] {
            var attributes: [String: Span.Value] = [
                "messaging.system": .text("clowder"), "messaging.operation.name": .text(operation),
                "messaging.operation.type": .text(operation), "messaging.destination.name": .text(message.topic),
                "messaging.message.id": .text(message.id),
            ]
            attributes["correlation.id"] = context.correlationID.map { .text("\($0)") }
            attributes["error.type"] = failure.map { .text($0.kind) }
            attributes["clowder.attempt"] = attempt.map { .integer($0) }
            return attributes
        }
        recorder.record(
            context.traceContext,
            kind,
            "\(operation) \(message.topic)",
            taking: start.duration(to: .now),
            attributes: attributes,
            failure: failure?.text
        )
    }
}
