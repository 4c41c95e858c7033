/// A mail taken apart again, as a mail program would.
struct ParsedMail: Sendable {
    /// One of the parts of a multipart body.
    struct Part: Sendable {
        let fields: [String: String]
        /// The decoded contents.
        let text: String
    }

    let fields: [String: String]
    let parts: [Part]

    /// Takes a mail apart; nil for what is no multipart mail.
    init?(_ text: String) {
        guard let (fields, body) = Self.fieldsAndBody(text), let type = fields["Content-Type"],
            let boundary = type.split(separator: "boundary=\"").dropFirst().first?.split(separator: "\"").first
        else { return nil }
        let pieces = body.components(separatedBy: "--\(boundary)")
        guard pieces.count >= 2, pieces.first == "", pieces.last == "--\r\n" else { return nil }
        self.fields = fields
        parts = pieces.dropFirst().dropLast().compactMap { piece in
            Self.fieldsAndBody(String(piece.dropFirst())).map { Part(fields: $0, text: Self.decode($1)) }
        }
    }

    /// The contents of the part of this type.
    func text(_ type: String) -> String? {
        parts.first { $0.fields["Content-Type"] == "\(type); charset=utf-8" }?.text
    }

    private static func fieldsAndBody(_ text: String) -> ([String: String], String)? {
        let sections = text.components(separatedBy: "\r\n\r\n")
        guard sections.count > 1 else { return nil }
        var fields: [String: String] = [:]
        for line in sections[0].components(separatedBy: "\r\n") {
            let field = line.components(separatedBy: ": ")
            guard field.count > 1 else { return nil }
            fields[field[0]] = field.dropFirst().joined(separator: ": ")
        }
        return (fields, sections.dropFirst().joined(separator: "\r\n\r\n"))
    }

    /// Decodes quoted-printable text (RFC 2045 section 6.7).
    static func decode(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "=") {
                bytes.append(byte)
            } else if rest.starts(with: "\r\n".utf8) {
                rest = rest.dropFirst(2)
            } else if let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// The texts between the occurrences of `separator`, compared byte by byte: CR LF is one character to Swift.
    fileprivate func components(separatedBy separator: String) -> [String] {
        let separator = Array(separator.utf8)
        var parts: [[UInt8]] = [[]]
        var rest = Array(utf8)[...]
        while let byte = rest.first {
            if rest.starts(with: separator) {
                parts.append([])
                rest = rest.dropFirst(separator.count)
            } else {
                parts[parts.count - 1].append(byte)
                rest = rest.dropFirst()
            }
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}
