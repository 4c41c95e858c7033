/// How a service says of a refusal that it has too much to do, and that nothing is wrong with it.
///
/// `Retry-After` alone does not say so: a service without its database tells when to come back as well.
public enum Backpressure {
    /// The header field of such a refusal; its value has no meaning.
    public static let fieldName = "X-Overloaded"

    /// Whether an answer is such a refusal.
    public static func isRefusal(status: Int, isMarked: Bool) -> Bool {
        isMarked && status == 503
    }
}
