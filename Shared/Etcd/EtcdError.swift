/// Why a call to etcd came to nothing.
struct EtcdError: Error, CustomStringConvertible {
    /// The codes of gRPC that etcd answers with.
    enum Code: Hashable {
        /// What the call names is not there, such as a lease that has run out.
        case notFound
        /// No member could be reached, or the one that was has no leader.
        case unavailable
        /// Anything else.
        case refused
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Reads what etcd refused with.
    init(_ refusal: EtcdRefusal) {
        let text = refusal.message ?? refusal.error ?? "it was refused"
        // google.rpc.Code: 4 deadline exceeded, 5 not found, 14 unavailable.
        switch refusal.code {
        case 5: self.init(.notFound, text)
        case 4, 14: self.init(.unavailable, text)
        default: self.init(.refused, text)
        }
    }
}
