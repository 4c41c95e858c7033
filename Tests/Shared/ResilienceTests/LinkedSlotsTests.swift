import TestSupport
import Testing

@testable import Resilience

@Suite struct LinkedSlotsTests {
    @Test func numbersSlotsFromZero() {
        var lists = LinkedSlots(lists: 3)
        #expect((0..<3).map { lists.makeSlot(in: $0) } == [0, 1, 2])
        #expect((0..<3).map { lists.first(of: $0) } == [0, 1, 2])
    }

    /// 100 000 moves of slots and of whole lists, compared with arrays.
    @Test(arguments: [501, 502] as [UInt64])
    func agreesWithArrays(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var lists = LinkedSlots(lists: 5)
        var model = [[Int]](repeating: [], count: 5)
        for step in 0..<50_000 {
            let list = Int.random(in: 0..<5, using: &generator)
            let slots = model.joined().count
            switch Int.random(in: 0..<20, using: &generator) {
            case 0 where slots < 40:
                model[list].append(slots)
                #expect(lists.makeSlot(in: list) == slots)
            case 1:
                let other = (list + 1) % 5
                model[other] += model[list]
                model[list] = []
                lists.moveAll(of: list, to: other)
            case _ where slots > 0:
                let slot = Int.random(in: 0..<slots, using: &generator)
                for index in model.indices { model[index].removeAll { $0 == slot } }
                model[list].append(slot)
                lists.move(slot, to: list)
            default: continue
            }
            guard (0..<5).map({ lists.first(of: $0) }) == model.map(\.first) else {
                Issue.record("seed \(seed), step \(step): \(lists), expected \(model)")
                return
            }
        }
    }
}
