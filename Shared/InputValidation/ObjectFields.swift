/// A reader of one JSON object that checks every field before it fails.
///
/// Ask for each field in turn, then call ``finish()``: it throws all errors at once, and one `unknown` error for each
/// member that was never asked for. Values read before `finish()` must not be used when it throws.
/// ```swift
/// var fields = ObjectFields(value)
/// let email = fields.text("email", .emailAddress)
/// let name = fields.optionalText("name", .length(1...100))
/// try fields.finish()
/// ```
public struct ObjectFields: Sendable {
    private let members: [JSONValue.Member]
    private let isObject: Bool
    private let pointer: JSONPointer
    private var asked: [String] = []
    /// The errors so far.
    public private(set) var errors: [FieldError] = []

    /// Creates a reader; a value that is no object is the only error, whatever is asked for afterwards.
    public init(_ value: JSONValue, at pointer: JSONPointer = .root) {
        self.pointer = pointer
        if case .object(let members) = value {
            self.members = members
            isObject = true
        } else {
            self.members = []
            isObject = false
            errors.append(
                FieldError(pointer: pointer.description, rule: "type", message: "must be an object, not \(value.kind)")
            )
        }
    }

    /// A text that must be there; the empty text stands in while an error is recorded.
    public mutating func text(_ key: String, _ rules: TextRule...) -> String {
        guard let value = present(key) else {
            reject(key, rule: "required", message: "is required")
            return ""
        }
        return checked(key, value, rules) ?? ""
    }

    /// A text that may be absent; JSON `null` counts as absent.
    public mutating func optionalText(_ key: String, _ rules: TextRule...) -> String? {
        present(key).flatMap { checked(key, $0, rules) }
    }

    /// A whole number that may be absent; JSON `null` counts as absent, and `1.0` is no whole number.
    public mutating func optionalInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = present(key) else { return nil }
        guard case .number(let text) = value else {
            reject(key, rule: "type", message: "must be a number, not \(value.kind)")
            return nil
        }
        guard let number = Int(text), range.contains(number) else {
            reject(
                key,
                rule: "range",
                message: "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
            return nil
        }
        return number
    }

    /// A whole number that must be there; the lowest of the range stands in while an error is recorded.
    public mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int {
        guard present(key) != nil else {
            reject(key, rule: "required", message: "is required")
            return range.lowerBound
        }
        return optionalInteger(key, in: range) ?? range.lowerBound
    }

    /// A list of any values that must be there, each with its pointer.
    public mutating func values(_ key: String) -> [(value: JSONValue, pointer: JSONPointer)] {
        guard present(key) != nil else {
            reject(key, rule: "required", message: "is required")
            return []
        }
        return optionalValues(key)
    }

    /// A list of any values that may be absent, each with its pointer; JSON `null` counts as absent.
    public mutating func optionalValues(_ key: String) -> [(value: JSONValue, pointer: JSONPointer)] {
        guard let value = present(key) else { return [] }
        guard case .array(let elements) = value else {
            reject(key, rule: "type", message: "must be an array, not \(value.kind)")
            return []
        }
        let array = pointer.appending(key)
        return elements.enumerated().map { ($1, array.appending($0)) }
    }

    /// A list of texts that must be there, each satisfying `rules`, at most `maximum` of them.
    public mutating func texts(_ key: String, maximum: Int, _ rules: TextRule...) -> [String] {
        guard let value = present(key) else {
            reject(key, rule: "required", message: "is required")
            return []
        }
        return texts(key, value, maximum, rules)
    }

    /// A list of texts that may be absent; JSON `null` counts as absent.
    public mutating func optionalTexts(_ key: String, maximum: Int, _ rules: TextRule...) -> [String] {
        guard let value = present(key) else { return [] }
        return texts(key, value, maximum, rules)
    }

    private mutating func texts(_ key: String, _ value: JSONValue, _ maximum: Int, _ rules: [TextRule]) -> [String] {
        guard case .array(let elements) = value else {
            reject(key, rule: "type", message: "must be an array, not \(value.kind)")
            return []
        }
        guard elements.count <= maximum else {
            reject(key, rule: "count", message: "must have at most \(maximum) elements")
            return []
        }
        let array = pointer.appending(key)
        return elements.enumerated().compactMap { index, element in
            checked(array.appending(index), element, rules)
        }
    }

    /// Records an error of the caller's own about a field; does nothing where there is no object.
    public mutating func reject(_ key: String, rule: String, message: String) {
        guard isObject else { return }
        errors.append(FieldError(pointer: pointer.appending(key).description, rule: rule, message: message))
    }

    /// Ends the reading.
    ///
    /// - Throws: ``InvalidInput`` with every error, members nobody asked for included.
    public mutating func finish() throws(InvalidInput) {
        for member in members where !asked.contains(where: member.key.hasSameBytes) {
            reject(member.key, rule: "unknown", message: "is not a field of this object")
        }
        guard errors.isEmpty else { throw InvalidInput(errors) }
    }

    private mutating func present(_ key: String) -> JSONValue? {
        asked.append(key)
        guard let value = members.first(where: { $0.key.hasSameBytes(as: key) })?.value, value != .null else {
            return nil
        }
        return value
    }

    private mutating func checked(_ key: String, _ value: JSONValue, _ rules: [TextRule]) -> String? {
        checked(pointer.appending(key), value, rules)
    }

    private mutating func checked(_ pointer: JSONPointer, _ value: JSONValue, _ rules: [TextRule]) -> String? {
        guard case .string(let text) = value else {
            errors.append(
                FieldError(pointer: pointer.description, rule: "type", message: "must be a string, not \(value.kind)")
            )
            return nil
        }
        let failed = rules.filter { !$0.isSatisfied(by: text) }
        errors += failed.map { FieldError(pointer: pointer.description, rule: $0.name, message: $0.message) }
        return failed.isEmpty ? text : nil
    }
}
