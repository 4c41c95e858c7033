/// A replica that works on a few calls at once and lets the others wait in line.
struct SimulatedReplica {
    /// Calls that a replica works on at once.
    static let workers = 2

    private(set) var busyWorkers = 0
    /// Calls that it has begun to work on.
    private(set) var begun = 0
    private var line: [Int] = []
    private var lineStart = 0

    var hasFreeWorker: Bool { busyWorkers < Self.workers }

    mutating func enqueue(_ call: Int) {
        line.append(call)
    }

    /// The call that has waited longest.
    mutating func dequeue() -> Int? {
        guard lineStart < line.count else { return nil }
        lineStart += 1
        return line[lineStart - 1]
    }

    mutating func beginWork() {
        busyWorkers += 1
        begun += 1
    }

    mutating func endWork() {
        busyWorkers -= 1
    }
}
