import Resilience
import Testing

@Suite struct VariantAssignmentTests {
    private static let subjects = (0..<100_000).map { "account-\($0)" }
    /// Enough for what must hold of each subject.
    private static let some = subjects.prefix(20_000)

    private func assignment(_ weights: [String: Int], experiment: String = "ranking") throws -> VariantAssignment {
        let arms = weights.map { VariantAssignment.Arm(name: $0.key, weight: $0.value) }
        return try #require(VariantAssignment(experiment: experiment, arms: arms))
    }

    private func names(
        _ assignment: VariantAssignment,
        of subjects: ArraySlice<String> = Self.some
    ) -> [String] {
        subjects.map { assignment.arm(of: $0).name }
    }

    @Test func hasItsBounds() {
        #expect(VariantAssignment.maximumWeight == 10_000)
        #expect(VariantAssignment.maximumArms == 100)
    }

    @Test(arguments: [
        ([], false), ([("a", 0)], false), ([("a", 1), ("a", 1)], false), ([("a", -1), ("b", 5)], false),
        ([("a", 10_001)], false), ([("a", 10_000)], true), ([("a", 0), ("b", 1)], true),
        ((0..<100).map { ("\($0)", 1) }, true), ((0..<101).map { ("\($0)", 1) }, false),
    ])
    func refusesArmsThatCannotBe(_ arms: [(String, Int)], isAccepted: Bool) {
        let arms = arms.map { VariantAssignment.Arm(name: $0.0, weight: $0.1) }
        #expect((VariantAssignment(experiment: "e", arms: arms) != nil) == isAccepted)
    }

    /// The arms as a program in another language computes them; a release that changes them moves subjects.
    @Test func assignsAsInEveryOtherRelease() throws {
        let assignment = try assignment(["control": 50, "compact": 30, "wide": 20])
        let names = (0..<12).map { assignment.arm(of: "account-\($0)").name }
        #expect(
            names == [
                "control", "compact", "control", "control", "wide", "compact", "compact", "compact", "control",
                "compact",
                "control", "control",
            ]
        )
        #expect(assignment.arm(of: "").name == "control")
        #expect(assignment.arm(of: "Zoë 🐈").name == "control")
    }

    @Test func assignsASubjectAlwaysAlikeWhateverTheOrderOfArms() throws {
        let arms = [("a", 3), ("b", 2), ("c", 5)].map { VariantAssignment.Arm(name: $0.0, weight: $0.1) }
        let first = try #require(VariantAssignment(experiment: "e", arms: arms))
        let second = try #require(VariantAssignment(experiment: "e", arms: arms.reversed()))
        #expect(first == second)
        for subject in Self.subjects.prefix(1000) { #expect(first.arm(of: subject) == second.arm(of: subject)) }
    }

    /// 100 000 subjects; significance 0.001.
    @Test(arguments: [
        ["a": 1, "b": 1], ["a": 1, "b": 2, "c": 3, "d": 4], ["a": 9999, "b": 100],
    ])
    func givesEachArmItsShare(_ weights: [String: Int]) throws {
        let names = names(try assignment(weights), of: Self.subjects[...])
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        let total = Double(weights.values.reduce(0, +))
        let order = weights.keys.sorted()
        let test = ChiSquare(
            order.map { counts[$0, default: 0] },
            shares: order.map { Double(weights[$0, default: 0]) / total }
        )
        #expect(test.isPlausible, "\(test), \(counts)")
    }

    @Test func givesNobodyToAnArmOfNoWeight() throws {
        #expect(!names(try assignment(["a": 0, "b": 1, "c": 0])).contains { $0 != "b" })
    }

    @Test func countsOnlyTheRatioOfWeights() throws {
        #expect(names(try assignment(["a": 1, "b": 3])) == names(try assignment(["a": 2500, "b": 7500])))
    }

    /// When a weight grows from w to v of W, exactly the difference of the shares moves, all of it to that arm.
    @Test(arguments: [("b", 20, 60), ("b", 60, 20), ("a", 1, 30), ("c", 50, 0), ("c", 0, 50)])
    func movesOnlyTheShareThatAChangedWeightNeeds(_ arm: String, old: Int, new: Int) throws {
        var weights = ["a": 30, "b": 20, "c": 50, "d": 10]
        weights[arm] = old
        let before = names(try assignment(weights))
        let oldShare = Double(old) / Double(weights.values.reduce(0, +))
        weights[arm] = new
        let after = names(try assignment(weights))
        let newShare = Double(new) / Double(weights.values.reduce(0, +))
        let moves = zip(before, after).filter { $0 != $1 }
        #expect(moves.allSatisfy { (new > old ? $0.1 : $0.0) == arm })
        let moved = [moves.count, before.count - moves.count]
        let share = abs(newShare - oldShare)
        let test = ChiSquare(moved, shares: [share, 1 - share])
        #expect(test.isPlausible, "\(test), \(moved), expected \(share)")
    }

    @Test func movesSubjectsOnlyToAnArmThatComes() throws {
        let before = names(try assignment(["a": 1, "b": 1]))
        let after = names(try assignment(["a": 1, "b": 1, "aa": 1]))
        #expect(zip(before, after).allSatisfy { $0 == $1 || $1 == "aa" })
    }

    /// Two experiments with the same arms: all nine pairs occur as often as chance has it.
    @Test func assignsExperimentsIndependently() throws {
        let weights = ["a": 5, "b": 3, "c": 2]
        let pairs = zip(names(try assignment(weights)), names(try assignment(weights, experiment: "layout")))
        let counts = Dictionary(pairs.map { ($0 + $1, 1) }, uniquingKeysWith: +)
        var observed: [Int] = []
        var shares: [Double] = []
        for (left, share) in weights {
            for (right, other) in weights {
                observed.append(counts[left + right, default: 0])
                shares.append(Double(share * other) / 100)
            }
        }
        let test = ChiSquare(observed, shares: shares)
        #expect(test.isPlausible, "\(test), \(counts)")
    }
}
