/// Which message of which consumer a delivery is, as the server writes it into the answer's subject:
/// `$JS.ACK.STREAM.CONSUMER.DELIVERIES.SEQUENCE.DELIVERY.TIME.PENDING`, in newer servers with a domain and an account
/// before the stream and a random token at the end.
struct DeliveryPlace: Hashable, Sendable {
    /// The number of the change in the stream.
    let sequence: UInt64
    /// The number of the delivery of this consumer, from 1.
    let delivery: UInt64
    /// How many changes the consumer has not sent yet.
    let pending: UInt64

    init?(reply: String) {
        let tokens = reply.split(separator: ".", omittingEmptySubsequences: false)
        guard tokens.count >= 9, tokens[0] == "$JS", tokens[1] == "ACK" else { return nil }
        let first = tokens.count == 9 ? 5 : 7
        guard tokens.count == 9 || tokens.count >= 11, let sequence = UInt64(tokens[first]),
            let delivery = UInt64(tokens[first + 1]), let pending = UInt64(tokens[first + 3])
        else { return nil }
        self.sequence = sequence
        self.delivery = delivery
        self.pending = pending
    }
}
