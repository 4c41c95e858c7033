import Correlation
import TestSupport
import Testing

@Suite struct TraceContextTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let spanID = "b7ad6b7169203331"

    /// The cases of the W3C trace-context test suite, and its neighbours.
    @Test(arguments: [
        "00-\(traceID)-\(spanID)-00",
        "00-\(traceID)-\(spanID)-01",
        "00-\(traceID)-\(spanID)-ff",
        "01-\(traceID)-\(spanID)-01",
        "fe-\(traceID)-\(spanID)-01",
        "cc-\(traceID)-\(spanID)-01-what-the-future-will-be-like",
        "cc-\(traceID)-\(spanID)-01-",
    ])
    func readsTraceAndSpan(_ header: String) throws {
        let context = try #require(TraceContext(traceParent: header, traceState: nil))
        #expect(context.traceID == Self.traceID)
        #expect(context.spanID == Self.spanID)
    }

    @Test(arguments: [
        "", "-", "---", "00", "00-\(traceID)", "00-\(traceID)-\(spanID)",
        "00-\(traceID)-\(spanID)-01-", "00-\(traceID)-\(spanID)-01-more", "00-\(traceID)-\(spanID)-01.",
        "cc-\(traceID)-\(spanID)-01.what-the-future-will-be-like",
        " 00-\(traceID)-\(spanID)-01", "00-\(traceID)-\(spanID)-01 ", "00_\(traceID)_\(spanID)_01",
        "00-\(traceID)-\(spanID)-01,00-\(traceID)-\(spanID)-01",
    ])
    func refusesOtherForms(_ header: String) {
        #expect(TraceContext(traceParent: header, traceState: nil) == nil)
    }

    @Test(arguments: ["ff", "FE", "0A", "", "0", "000", "0000", ".0", "0.", "0x", "é", "\u{FF10}\u{FF10}", "+1"])
    func refusesVersions(_ version: String) {
        #expect(TraceContext(traceParent: "\(version)-\(Self.traceID)-\(Self.spanID)-01", traceState: nil) == nil)
    }

    @Test(arguments: [
        "00000000000000000000000000000000", "0AF7651916CD43DD8448EB211C80319C", "0af7651916cd43dd8448eb211c80319",
        "0af7651916cd43dd8448eb211c80319cc", ".af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319.",
        "0af7651916cd43dd8448eb211c80319g", "", "+af7651916cd43dd8448eb211c80319c",
    ])
    func refusesTraceIDs(_ traceID: String) {
        #expect(TraceContext(traceParent: "00-\(traceID)-\(Self.spanID)-01", traceState: nil) == nil)
    }

    @Test(arguments: [
        "0000000000000000", "B7AD6B7169203331", "b7ad6b716920333", "b7ad6b71692033311", ".7ad6b7169203331",
        "b7ad6b716920333.", "b7ad6b716920333g", "",
    ])
    func refusesSpanIDs(_ spanID: String) {
        #expect(TraceContext(traceParent: "00-\(Self.traceID)-\(spanID)-01", traceState: nil) == nil)
    }

    @Test(arguments: ["", "1", "001", ".0", "0.", "0g", "0A", "FF", "+1", "-1"])
    func refusesFlags(_ flags: String) {
        #expect(TraceContext(traceParent: "00-\(Self.traceID)-\(Self.spanID)-\(flags)", traceState: nil) == nil)
    }

    @Test(arguments: [
        ("00", false), ("01", true), ("02", false), ("03", true), ("fe", false), ("ff", true), ("10", false),
        ("11", true),
    ])
    func readsTheSampledFlagFromTheLowestBit(_ flags: String, isSampled: Bool) throws {
        let header = "00-\(Self.traceID)-\(Self.spanID)-\(flags)"
        let context = try #require(TraceContext(traceParent: header, traceState: nil))
        #expect(context.isSampled == isSampled)
        #expect(context.traceParent == "00-\(Self.traceID)-\(Self.spanID)-\(isSampled ? "01" : "00")")
    }

    @Test func writesVersionZeroWhateverItRead() throws {
        let header = "cc-\(Self.traceID)-\(Self.spanID)-01-future"
        let context = try #require(TraceContext(traceParent: header, traceState: nil))
        #expect(context.traceParent == "00-\(Self.traceID)-\(Self.spanID)-01")
    }
}

// MARK: Trace state, children and new traces

extension TraceContextTests {
    private func context(_ traceState: String?) throws -> TraceContext {
        try #require(TraceContext(traceParent: "00-\(Self.traceID)-\(Self.spanID)-00", traceState: traceState))
    }

    @Test(arguments: ["a=1", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", "vendor@tenant=x y"])
    func passesTheVendorsPartOnAsItCame(_ traceState: String) throws {
        var generator = SeededGenerator(seed: 3)
        #expect(try context(traceState).traceState == traceState)
        #expect(try context(traceState).child(using: &generator).traceState == traceState)
    }

    @Test func dropsAnEmptyOrOversizedVendorsPart() throws {
        #expect(TraceContext.maximumTraceStateBytes == 512)
        #expect(try context(nil).traceState == nil)
        #expect(try context("").traceState == nil)
        #expect(try context(String(repeating: "x", count: 512)).traceState?.count == 512)
        #expect(try context(String(repeating: "x", count: 513)).traceState == nil)
        #expect(try context(String(repeating: "é", count: 257)).traceState == nil)
    }

    @Test(arguments: ["00", "01"])
    func keepsTheTraceInAChildWithASpanOfItsOwn(_ flags: String) throws {
        var generator = SeededGenerator(seed: 4)
        let header = "00-\(Self.traceID)-\(Self.spanID)-\(flags)"
        let parent = try #require(TraceContext(traceParent: header, traceState: nil))
        let children = (0..<100).map { _ in parent.child(using: &generator) }
        #expect(children.allSatisfy { $0.traceID == parent.traceID && $0.isSampled == parent.isSampled })
        #expect(Set(children.map(\.spanID) + [parent.spanID]).count == 101)
    }

    @Test func knowsTheSpanAboveWhereItIsOfThisProcess() throws {
        var generator = SeededGenerator(seed: 7)
        let read = try context(nil)
        let child = read.child(using: &generator)
        #expect(read.parentSpanID == nil)
        #expect(child.parentSpanID == Self.spanID)
        #expect(child.child(using: &generator).parentSpanID == child.spanID)
        #expect(TraceContext(using: &generator).parentSpanID == nil)
    }

    @Test func startsTracesThatAreSampledAndDistinct() {
        var generator = SeededGenerator(seed: 5)
        let traces = (0..<100).map { _ in TraceContext(using: &generator) }
        #expect(Set(traces.map(\.traceID)).count == 100)
        #expect(Set(traces.map(\.spanID)).count == 100)
        #expect(traces.allSatisfy { $0.isSampled && $0.traceState == nil })
    }

    @Test func writesHeadersThatItReads() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<1000 {
            let trace = TraceContext(using: &generator)
            #expect(TraceContext(traceParent: trace.traceParent, traceState: nil) == trace)
        }
    }

    /// All-zero IDs are invalid by the standard; a byte below 16 needs its leading zero.
    @Test func makesIDsThatAreNotAllZero() {
        var generator = StuckGenerator([UInt64](repeating: 0, count: 40), last: 0x0101_0101_0101_0101)
        let trace = TraceContext(using: &generator)
        #expect(TraceContext(traceParent: trace.traceParent, traceState: nil) == trace)
        #expect(trace.spanID == "0101010101010101")
    }
}
