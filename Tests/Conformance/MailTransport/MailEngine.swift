package import Mail
import Testing

/// An implementation of the transport, with a place of its own for each check.
package struct MailEngine: Sendable {
    /// What becomes of the same mail when it is delivered again.
    package enum Repetition: Sendable {
        /// There is one, as before.
        case replaces
        /// There is another copy, which its `Message-ID` tells apart from another mail.
        case repeats
    }

    let repetition: Repetition
    private let open: @Sendable (@Sendable (any MailPlace) async throws -> Void) async throws -> Void

    /// Creates an engine; `open` runs what it is given with an empty place.
    package init(
        _ repetition: Repetition,
        open: @escaping @Sendable (@Sendable (any MailPlace) async throws -> Void) async throws -> Void
    ) {
        self.repetition = repetition
        self.open = open
    }

    /// Runs `body` with an empty place and a transport that leads there.
    func withPlace(
        _ body: @escaping @Sendable (any MailPlace, any MailTransport) async throws -> Void
    ) async throws {
        try await open { place in try await body(place, try place.transport()) }
    }
}

/// Where mails arrive: a test can look into it and take it away.
package protocol MailPlace: Sendable {
    /// A transport that leads here, another one each time or the same.
    func transport() throws -> any MailTransport
    /// The texts of the mails that have arrived, in any order.
    func mails() throws -> [String]
    /// How many deliveries wait for an answer; none where nobody answers.
    func waiting() -> Int
    /// Makes the place one that cannot be reached.
    func goAway() async throws
    /// Undoes ``goAway()``; what has arrived is still there.
    func comeBack() async throws
}

/// One of the things that implementations of the transport promise.
package struct MailPromise: Sendable, CustomTestStringConvertible {
    /// What holds wherever mails go.
    package static let ofEveryPlace = arrival + crowds + outages
    /// What holds besides where mails are answered.
    package static let ofPlacesThatAnswer = refusals + silence
    /// All of them.
    package static let all = ofEveryPlace + ofPlacesThatAnswer

    package let testDescription: String
    /// Records an issue when an engine breaks the promise.
    package let check: @Sendable (MailEngine) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (MailEngine) async throws -> Void) {
        testDescription = name
        self.check = check
    }
}

/// Whom places that answer treat in a way of their own.
package enum MailRecipient {
    /// Gets every mail.
    package static let ada = "ada@example.org"
    /// Is refused for good, before the mail is sent.
    package static let nobody = "nobody@example.org"
    /// Has mails refused for good once they were sent.
    package static let spam = "spam@example.org"
    /// Is to be tried later, before the mail is sent.
    package static let later = "later@example.org"
    /// Has no room left once a mail was sent.
    package static let full = "full@example.org"
    /// Is not answered for, once a mail was sent.
    package static let silent = "silent@example.org"
}

extension ComposedMail {
    /// A mail of the battery; the ID makes it another one.
    package static func sample(
        _ id: String,
        to recipient: String = MailRecipient.ada,
        body: String = "Hello\r\n"
    ) throws -> ComposedMail {
        let messageID = "\(id)@clowder.example"
        return try ComposedMail(
            recipient: recipient,
            messageID: messageID,
            text: "From: board@clowder.example\r\nMessage-ID: <\(messageID)>\r\nSubject: Hello\r\n\r\n\(body)"
        )
    }
}

extension MailPlace {
    /// Checks that these mails have arrived, once each, and nothing else.
    func expect(_ mails: [ComposedMail], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let (arrived, sent) = (try self.mails().sorted(), mails.map(\.text).sorted())
        // A comparison of long texts would be printed whole.
        let isEqual = arrived.elementsEqual(sent) { $0.utf8.elementsEqual($1.utf8) }
        let what = "\(arrived.count) of \(sent.count) mails have arrived, or others: \(arrived.map { $0.suffix(200) })"
        #expect(isEqual, "\(what)", sourceLocation: sourceLocation)
    }
}

extension MailTransport {
    /// Checks that a mail is not delivered, and why.
    func expectFailure(
        _ permanence: DeliveryError.Permanence,
        of mail: ComposedMail,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        do throws(DeliveryError) {
            try await deliver(mail)
            Issue.record("the mail to \(mail.recipient) was delivered", sourceLocation: sourceLocation)
        } catch {
            #expect(error.permanence == permanence, "\(error)", sourceLocation: sourceLocation)
        }
    }
}
