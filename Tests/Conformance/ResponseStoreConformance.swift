package import Resilience
package import TestSupport
import Testing

/// What a ``ResponseStore`` promises, wherever it keeps responses.
///
/// Two handles on one store are used, as two processes hold them, or the same handle twice. Where time is the test's
/// own, it goes by as the battery says; a server's time is waited for.
package struct ResponseStoreConformance {
    private let writer: any ResponseStore
    private let reader: any ResponseStore
    private let time: ManualTime?

    package init(writer: any ResponseStore, reader: any ResponseStore, time: ManualTime? = nil) {
        self.writer = writer
        self.reader = reader
        self.time = time
    }

    package func check() async throws {
        try await findsWhatIsKept()
        try await keepsAnyBytes()
        try await keepsCachesAndKeysApart()
        try await tellsTheAge()
        try await forgetsWhatIsNotFresh()
        try await findsNothingAfterAnInvalidation()
        try await doesNotFindWhatWasFetchedBeforeAnInvalidation()
        try await findsNothingOldWhenManyKeepAtOnce()
    }

    private func findsWhatIsKept() async throws {
        let epoch = try await reader.missing("a", in: "found")
        // Another one who looks finds nothing either, and may fetch it too.
        #expect(await writer.find("a", in: "found") == .missing(epoch))
        writer.keep(StoredResponse(bytes: [1, 2, 3], fresh: .seconds(60)), as: "a", in: "found", from: epoch)
        #expect(try await found("a", in: "found") == [1, 2, 3])
        writer.keep(StoredResponse(bytes: [4], fresh: .seconds(60)), as: "a", in: "found", from: epoch)
        try await eventually("the other response", holds: { try await found("a", in: "found") == [4] })
        #expect(await reader.find("b", in: "found") == .missing(epoch))
    }

    private func keepsAnyBytes() async throws {
        let all = Array(UInt8.min...UInt8.max)
        for bytes in [[], [0], Array(":1:2:".utf8), all, Array(repeating: all, count: 260).flatMap(\.self)] {
            let key = "\(bytes.count)\r\n \u{0}é"
            let epoch = try await reader.missing(key, in: "bytes")
            writer.keep(StoredResponse(bytes: bytes, fresh: .seconds(60)), as: key, in: "bytes", from: epoch)
            #expect(try await found(key, in: "bytes") == bytes)
        }
    }

    private func keepsCachesAndKeysApart() async throws {
        for (number, (key, cache)) in [("a", "x"), ("b", "x"), ("a", "y"), ("", "y")].enumerated() {
            let epoch = try await reader.missing(key, in: cache)
            let response = StoredResponse(bytes: [UInt8(number)], fresh: .seconds(60))
            writer.keep(response, as: key, in: cache, from: epoch)
        }
        #expect(try await found("a", in: "x") == [0])
        #expect(await writer.invalidate("x"))
        _ = try await reader.missing("a", in: "x")
        _ = try await reader.missing("b", in: "x")
        #expect(try await found("a", in: "y") == [2])
        #expect(try await found("", in: "y") == [3])
    }

    private func tellsTheAge() async throws {
        let epoch = try await reader.missing("a", in: "age")
        let begin = ContinuousClock.now
        writer.keep(StoredResponse(bytes: [1], fresh: .seconds(60)), as: "a", in: "age", from: epoch)
        guard let time else {
            let age = try await eventually("an age") {
                guard case .found(_, let age) = await reader.find("a", in: "age") else { return nil as Duration? }
                return age >= .milliseconds(30) ? age : nil
            }
            // Whole milliseconds of another clock.
            #expect(age <= ContinuousClock.now - begin + .milliseconds(2))
            return
        }
        for seconds in [0, 7, 52] {
            time.advance(by: .seconds(seconds))
            let age = Duration.seconds(seconds == 52 ? 59 : seconds)
            #expect(await reader.find("a", in: "age") == .found([1], age: age))
        }
    }

    private func forgetsWhatIsNotFresh() async throws {
        let fresh = Duration.milliseconds(200)
        let epoch = try await reader.missing("a", in: "fresh")
        writer.keep(StoredResponse(bytes: [1], fresh: fresh), as: "a", in: "fresh", from: epoch)
        time?.advance(by: fresh - .milliseconds(1))
        let first = await reader.find("a", in: "fresh")
        if time != nil { #expect(first == .found([1], age: fresh - .milliseconds(1))) }
        time?.advance(by: .milliseconds(1))
        try await eventually(
            "an end of the response",
            holds: {
                guard case .found(_, let age) = await reader.find("a", in: "fresh") else { return true }
                #expect(age <= fresh)
                return false
            }
        )
        #expect(await reader.find("a", in: "fresh") == .missing(epoch))
    }

    private func findsNothingAfterAnInvalidation() async throws {
        let epoch = try await reader.missing("a", in: "changed")
        writer.keep(StoredResponse(bytes: [1], fresh: .seconds(60)), as: "a", in: "changed", from: epoch)
        #expect(try await found("a", in: "changed") == [1])
        #expect(await writer.invalidate("changed"))
        let next = try await reader.missing("a", in: "changed")
        #expect(next != epoch)
        writer.keep(StoredResponse(bytes: [2], fresh: .seconds(60)), as: "a", in: "changed", from: next)
        #expect(try await found("a", in: "changed") == [2])
    }

    private func doesNotFindWhatWasFetchedBeforeAnInvalidation() async throws {
        let epoch = try await reader.missing("a", in: "late")
        #expect(await reader.invalidate("late"))
        writer.keep(StoredResponse(bytes: [1], fresh: .seconds(60)), as: "a", in: "late", from: epoch)
        let next = try await reader.missing("a", in: "late")
        #expect(next != epoch)
        #expect(await reader.invalidate("late"))
        #expect(try await reader.missing("a", in: "late") != next)
    }

    private func findsNothingOldWhenManyKeepAtOnce() async throws {
        let epoch = try await reader.missing("0", in: "crowd")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    if number == 50 {
                        #expect(await writer.invalidate("crowd"))
                    } else {
                        let response = StoredResponse(bytes: [1], fresh: .seconds(60))
                        writer.keep(response, as: "\(number % 10)", in: "crowd", from: epoch)
                    }
                }
            }
            try await group.waitForAll()
        }
        for number in 0..<10 { #expect(try await reader.missing("\(number)", in: "crowd") != epoch) }
    }

    /// Whoever keeps a response hears nothing: it is there soon.
    private func found(_ key: String, in cache: String) async throws -> [UInt8] {
        try await eventually("a response to \(key)") {
            guard case .found(let bytes, _) = await reader.find(key, in: cache) else { return nil }
            return bytes
        }
    }
}
