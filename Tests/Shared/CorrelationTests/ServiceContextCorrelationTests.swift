import Correlation
import ServiceContextModule
import TestSupport
import Testing

@Suite struct ServiceContextCorrelationTests {
    @Test func isEmptyAtTheTop() {
        #expect(ServiceContext.topLevel.correlationID == nil)
        #expect(ServiceContext.topLevel.traceContext == nil)
    }

    @Test func keepsIDAndTraceApart() {
        var generator = SeededGenerator(seed: 21)
        let id = CorrelationID(using: &generator)
        let trace = TraceContext(using: &generator)
        var context = ServiceContext.topLevel
        context.correlationID = id
        #expect(context.traceContext == nil)
        context.traceContext = trace
        #expect(context.correlationID == id)
        #expect(context.traceContext == trace)
        context.correlationID = nil
        #expect(context.correlationID == nil)
        #expect(context.traceContext == trace)
    }

    @Test func isSeenByChildTasks() async {
        var generator = SeededGenerator(seed: 22)
        let id = CorrelationID(using: &generator)
        var context = ServiceContext.topLevel
        context.correlationID = id
        await ServiceContext.withValue(context) {
            async let seen = ServiceContext.current?.correlationID
            #expect(await seen == id)
        }
        #expect(ServiceContext.current?.correlationID == nil)
    }
}
