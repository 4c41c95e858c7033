/// One thing that is wrong with one field of an input.
public struct FieldError: Error, Hashable, Sendable, Codable {
    /// Where the field is, as an RFC 6901 JSON pointer; the empty pointer is the whole document.
    public var pointer: String
    /// The short, stable name of the rule that failed, such as `required` or `length`.
    public var rule: String
    /// What is wrong and what would be right, for people; never contains the rejected value.
    public var message: String

    /// Creates an error for the field at `pointer`.
    public init(pointer: String, rule: String, message: String) {
        self.pointer = pointer
        self.rule = rule
        self.message = message
    }
}

/// Every field error of one input, in the order of the checks; never empty.
public struct InvalidInput: Error, Hashable, Sendable {
    /// The errors, at least one.
    public var errors: [FieldError]

    /// Creates a failure from at least one field error.
    public init(_ errors: [FieldError]) {
        precondition(!errors.isEmpty, "InvalidInput needs at least one field error")
        self.errors = errors
    }
}
