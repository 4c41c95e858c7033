/// What a step expected did not hold.
struct ExpectationFailed: Error, CustomStringConvertible {
    let description: String
}

/// Throws unless the condition holds.
func expect(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws {
    guard condition else { throw ExpectationFailed(description: otherwise()) }
}

/// Throws unless both are equal.
func expect<Value: Equatable>(_ what: String, _ actual: Value, is expected: Value) throws {
    try expect(actual == expected, "\(what) is \(actual), expected \(expected)")
}
