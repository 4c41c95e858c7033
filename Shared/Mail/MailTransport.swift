/// Hands finished mails to whatever brings them to their mailboxes.
///
/// Any number of tasks may use a transport at a time. There is nothing to close: a delivery that has ended holds nothing.
public protocol MailTransport: Sendable {
    /// Delivers a mail: when this returns, all of it has arrived, byte for byte.
    ///
    /// The same mail delivered again replaces the one before where the transport can tell, and is another copy with the
    /// same `Message-ID` where it cannot. A delivery whose task is cancelled ends soon; the mail has arrived then or not.
    /// - Throws: ``DeliveryError``: permanent where this mail was refused for good, and transient for all else, such as a
    ///   receiver that is away, full or silent.
    func deliver(_ mail: ComposedMail) async throws(DeliveryError)

    /// Asks whether mails could be delivered at the moment; delivers none.
    ///
    /// - Throws: ``DeliveryError``, transient, when none could.
    func check() async throws(DeliveryError)
}
