/// A source of randomness that gives the listed numbers first and the last one ever after.
struct StuckGenerator: RandomNumberGenerator {
    private var numbers: [UInt64]
    private let last: UInt64

    init(_ numbers: [UInt64], last: UInt64) {
        self.numbers = numbers.reversed()
        self.last = last
    }

    mutating func next() -> UInt64 {
        numbers.popLast() ?? last
    }
}
