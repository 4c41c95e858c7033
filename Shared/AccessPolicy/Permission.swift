/// One thing that can be done to one kind of resource.
public struct Permission: Hashable, Sendable, Codable, CustomStringConvertible {
    /// What is done, such as `read`.
    public let action: String
    /// To what, such as `listing`.
    public let resource: String

    /// Creates a permission.
    public init(_ action: String, _ resource: String) {
        self.action = action
        self.resource = resource
    }

    /// `action resource`, for logs.
    public var description: String { "\(action) \(resource)" }
}
