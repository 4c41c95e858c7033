@testable import Discovery

/// What a ``FakeNameserver`` says to one question.
struct NameserverReply: Sendable {
    /// What the server does with the question.
    enum Manner: Sendable {
        case answers
        /// Never answers, by either way.
        case isSilent
        /// Says by UDP that the answer is truncated, and by TCP what it is.
        case truncates
        /// As ``truncates``, and closes the TCP connection.
        case truncatesAndHangsUp
        /// As ``truncates``, and never answers by TCP.
        case truncatesAndFallsSilent
        /// Answers with these bytes behind the identifier.
        case sends([UInt8])
    }

    var manner = Manner.answers
    var code: UInt8 = 0
    var answers: [WireRecord] = []
    var authority: [WireRecord] = []
    var additional: [WireRecord] = []
    /// By how much the identifier of a whole answer differs from the question's.
    var identifierOffset: UInt8 = 0
    /// Writes another name into the question that the answer repeats.
    var repeats: String?

    static func records(_ answers: WireRecord..., additional: [WireRecord] = []) -> Self {
        Self(answers: answers, additional: additional)
    }

    static func nothing(minimum: UInt32? = nil) -> Self {
        Self(authority: minimum.map { [.soa(minimum: $0)] } ?? [])
    }

    static func noSuchName(minimum: UInt32? = nil) -> Self {
        Self(code: 3, authority: minimum.map { [.soa(minimum: $0)] } ?? [])
    }

    static func failure(_ code: UInt8 = 2) -> Self { Self(code: code) }

    static let silence = Self(manner: .isSilent)

    func truncating(_ manner: Manner = .truncates) -> Self {
        var result = self
        result.manner = manner
        return result
    }

    /// The whole message, or its header and question only when `isTruncated`.
    func message(to question: WireQuestion, isTruncated: Bool) -> [UInt8] {
        let identifier = [question.identifier[0], question.identifier[1] &+ (isTruncated ? 0 : identifierOffset)]
        if case .sends(let bytes) = manner { return identifier + bytes }
        let sections = isTruncated ? [] : [answers, authority, additional]
        let counts = (0..<3).map { UInt16($0 < sections.count ? sections[$0].count : 0) }
        // A response (0x84: authoritative), perhaps truncated (0x02); recursion is available (0x80).
        let flags = [0x84 | (isTruncated ? 0x02 : 0) | question.recursionDesired, 0x80 | (isTruncated ? 0 : code)]
        let repeated = (repeats.map(Wire.name) ?? question.name) + Wire.bytes(question.type) + Wire.bytes(UInt16(1))
        return identifier + flags + Wire.bytes(UInt16(1)) + counts.flatMap(Wire.bytes) + repeated
            + sections.joined().flatMap { encoded($0, asking: question) }
    }

    /// The owner is a pointer when it is the name in question, as servers write it (RFC 1035 section 4.1.4).
    private func encoded(_ record: WireRecord, asking question: WireQuestion) -> [UInt8] {
        let owner = Wire.name(record.name)
        return (owner == question.name && repeats == nil ? [0xC0, 0x0C] : owner) + Wire.bytes(record.type)
            + Wire.bytes(UInt16(1)) + Wire.bytes(record.timeToLive) + Wire.bytes(UInt16(record.content.count))
            + record.content
    }
}

/// A question as it came; nil when it is none.
struct WireQuestion {
    let identifier: [UInt8]
    let recursionDesired: UInt8
    let name: [UInt8]
    let type: UInt16

    init?(_ message: [UInt8]) {
        guard message.count > 16, let end = message[12...].firstIndex(of: 0), end + 4 < message.count else {
            return nil
        }
        identifier = Array(message[..<2])
        recursionDesired = message[2] & 1
        name = Array(message[12...end])
        type = UInt16(message[end + 1]) << 8 | UInt16(message[end + 2])
    }

    /// The question in the project's terms; nil when nobody asks such a thing.
    var question: DNSQuestion? {
        var labels: [String] = []
        var rest = name[...]
        while let length = rest.popFirst(), length > 0 {
            labels.append(String(decoding: rest.prefix(Int(length)), as: UTF8.self))
            rest = rest.dropFirst(Int(length))
        }
        return DNSQuestion.RecordType.allCases.first { $0.number == type }
            .map { DNSQuestion(name: labels.joined(separator: "."), type: $0) }
    }
}
