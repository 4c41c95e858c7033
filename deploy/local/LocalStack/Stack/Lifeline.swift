import SystemPackage

/// A pipe that ends when this process ends, however it ends: every process of the stack has it as standard input.
struct Lifeline: Sendable {
    let readEnd: FileDescriptor
    private let writeEnd: FileDescriptor

    init() throws(StackFailure) {
        do {
            (readEnd, writeEnd) = try FileDescriptor.pipe()
        } catch {
            throw StackFailure("no pipe could be made: \(error)")
        }
    }

    func close() {
        ignoreCloseError { try writeEnd.close() }
        ignoreCloseError { try readEnd.close() }
    }

    /// Closing gives the descriptor back even when it reports an error.
    func ignoreCloseError(_ close: () throws -> Void) {
        try? close()  // See above.
    }
}
