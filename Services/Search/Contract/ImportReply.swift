/// What became of an import.
package struct ImportReply: Codable, Sendable {
    /// A bad line.
    package struct LineError: Codable, Sendable, Equatable {
        /// The line's number, from 1.
        package var line: Int
        package var pointer: String
        package var rule: String
        package var message: String

        package init(line: Int, pointer: String, rule: String, message: String) {
            self.line = line
            self.pointer = pointer
            self.rule = rule
            self.message = message
        }
    }

    /// Listings that are new.
    package var accepted = 0
    /// Listings that took the place of an earlier state.
    package var replaced = 0
    /// Lines that told nothing new.
    package var unchanged = 0
    /// Bad lines.
    package var rejected = 0
    /// The first hundred errors.
    package var errors: [LineError] = []

    package init() {}
}
