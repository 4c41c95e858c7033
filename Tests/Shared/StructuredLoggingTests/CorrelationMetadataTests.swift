import Correlation
import Logging
import ServiceContextModule
import StructuredLogging
import TestSupport
import Testing

/// `Logger.MetadataProvider.correlation`: every line of a request or job carries its IDs.
@Suite struct CorrelationMetadataTests {
    private let output = RecordingOutput()

    private func context(hasID: Bool, hasTrace: Bool) -> ServiceContext {
        var generator = SeededGenerator(seed: 51)
        var context = ServiceContext.topLevel
        if hasID { context.correlationID = CorrelationID("order-7") }
        if hasTrace { context.traceContext = TraceContext(using: &generator) }
        return context
    }

    @Test func addsIDTraceAndSpanOfTheTask() throws {
        let context = context(hasID: true, hasTrace: true)
        let logger = output.logger(provider: .correlation)
        ServiceContext.withValue(context) { logger.info("served") }
        let object = try output.onlyObject()
        let trace = try #require(context.traceContext)
        #expect(object["correlation.id"] == "order-7")
        #expect(object["trace.id"] == .text(trace.traceID))
        #expect(object["span.id"] == .text(trace.spanID))
    }

    @Test(arguments: [(true, false), (false, true), (false, false)])
    func addsOnlyWhatThereIs(_ hasID: Bool, hasTrace: Bool) throws {
        let logger = output.logger(provider: .correlation)
        ServiceContext.withValue(context(hasID: hasID, hasTrace: hasTrace)) { logger.info("served") }
        let object = try output.onlyObject()
        #expect((object["correlation.id"] != nil) == hasID)
        #expect((object["trace.id"] != nil) == hasTrace)
        #expect((object["span.id"] != nil) == hasTrace)
    }

    @Test func addsNothingOutsideARequest() throws {
        output.logger(provider: .correlation).info("started")
        #expect(Set(try output.onlyObject().keys) == ["time", "level", "service", "logger", "message"])
    }
}
