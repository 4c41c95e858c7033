import Messaging
import TestSupport
import Testing

@testable import NATS

/// The index against a plain list of all messages.
@Suite struct QueueIndexTests {
    private struct Model {
        var messages: [String: (digest: QueueRecord.Digest, sequence: UInt64)] = [:]

        func due(_ topic: String, at time: Double) -> [String] {
            messages.values
                .filter { $0.digest.topic == topic && $0.digest.time <= time }
                .filter { $0.digest.state == .ready || $0.digest.state == .leased }
                .sorted { ($0.digest.time, $0.sequence) < ($1.digest.time, $1.sequence) }
                .map(\.digest.id)
        }

        func count(_ state: QueueRecord.State) -> Int {
            messages.values.count { $0.digest.state == state }
        }
    }

    @Test(arguments: 1...20)
    func givesTheLongestDueFirst(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var index = QueueIndex()
        var model = Model()
        for sequence in 1...400 as ClosedRange<UInt64> {
            let id = "\(Int.random(in: 0..<40, using: &generator))"
            let digest = QueueRecord.Digest(
                id: id,
                topic: ["mail", "erasure"].randomElement(using: &generator) ?? "",
                state: [.ready, .ready, .leased, .done, .dead].randomElement(using: &generator) ?? .ready,
                time: Double(Int.random(in: 0..<50, using: &generator))
            )
            index.apply(digest, sequence: sequence)
            model.messages[id] = (digest, sequence)
            guard sequence % 20 == 0 else { continue }
            let time = Double(Int.random(in: 0..<60, using: &generator))
            let expected = model.due("mail", at: time)
            let limit = Int.random(in: 1...40, using: &generator)
            let taken = index.take(topic: "mail", limit: limit, at: time, holdsLeases: false)
            #expect(taken == Array(expected.prefix(limit)), "seed \(seed)")
            #expect(index.depth.ready == model.count(.ready))
            #expect(index.depth.inFlight == model.count(.leased))
            #expect(index.depth.dead == model.count(.dead))
            #expect(Set(index.dead().map(\.id)).count == model.count(.dead))
            for id in taken { index.giveBack(id) }
        }
    }

    private func digest(_ id: String, _ state: QueueRecord.State, _ time: Double) -> QueueRecord.Digest {
        QueueRecord.Digest(id: id, topic: "mail", state: state, time: time)
    }

    @Test func leavesAMessageAloneThatComesBackForLater() {
        var index = QueueIndex()
        index.apply(digest("a", .ready, 5), sequence: 1)
        index.apply(digest("b", .ready, 7), sequence: 2)
        #expect(index.take(topic: "mail", limit: 9, at: 7, holdsLeases: false) == ["a", "b"])
        index.giveBack("a", notBefore: 9)
        index.giveBack("b", notBefore: 6)
        #expect(index.take(topic: "mail", limit: 9, at: 8.9, holdsLeases: false) == ["b"])
        #expect(index.take(topic: "mail", limit: 9, at: 9, holdsLeases: false) == ["a"])
    }

    @Test func takesNoMessageTwice() {
        var index = QueueIndex()
        index.apply(digest("a", .ready, 0), sequence: 1)
        #expect(index.take(topic: "mail", limit: 9, at: 1, holdsLeases: false) == ["a"])
        #expect(index.take(topic: "mail", limit: 9, at: 1, holdsLeases: false) == [])
        index.giveBack("a")
        #expect(index.take(topic: "mail", limit: 9, at: 1, holdsLeases: false) == ["a"])
        index.apply(digest("a", .leased, 60), sequence: 2)
        #expect(index.take(topic: "mail", limit: 9, at: 59, holdsLeases: false) == [])
        #expect(index.take(topic: "mail", limit: 9, at: 60, holdsLeases: false) == ["a"])
    }

    @Test func leavesEndedLeasesToThoseWhoHadThem() {
        var index = QueueIndex()
        index.apply(digest("leased", .leased, 0), sequence: 1)
        index.apply(digest("ready", .ready, 1), sequence: 2)
        #expect(index.take(topic: "mail", limit: 9, at: 1, holdsLeases: true) == ["ready"])
        #expect(index.take(topic: "mail", limit: 9, at: 1, holdsLeases: false) == ["leased"])
    }

    @Test func believesNoOlderChange() {
        var index = QueueIndex()
        index.apply(digest("a", .dead, 5), sequence: 2)
        index.apply(digest("a", .ready, 0), sequence: 1)
        #expect(index.depth == QueueDepth(ready: 0, inFlight: 0, dead: 1))
        index.forget("a")
        #expect(index.depth == QueueDepth(ready: 0, inFlight: 0, dead: 0))
        #expect(index.dead().isEmpty)
    }
}
