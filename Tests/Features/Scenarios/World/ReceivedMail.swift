import FoundationEssentials

/// A mail as it lies in the mail folder.
struct ReceivedMail: Sendable {
    let text: String

    /// The value of a header field, or nil.
    func header(_ name: String) -> String? {
        let header = text.split(separator: "\r\n\r\n", maxSplits: 1).first ?? ""
        let line = header.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        return line.map { String($0.dropFirst(name.count + 2)) }
    }

    /// The parts of this media type, decoded.
    func parts(_ mediaType: String) -> [String] {
        guard let boundary = header("Content-Type")?.split(separator: "boundary=\"").last?.dropLast() else { return [] }
        return text.split(separator: "--\(boundary)").filter { $0.contains("Content-Type: \(mediaType)") }.map { part in
            Self.decode(String(part.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""))
        }
    }

    /// The token in the plain text.
    var token: String? {
        let lines = parts("text/plain").first?.split(whereSeparator: \.isNewline) ?? []
        return lines.first { $0.contains("#token=") }?.split(separator: "#token=").last.map(String.init)
    }

    /// The link in the plain text, without its fragment.
    var page: String? {
        let lines = parts("text/plain").first?.split(whereSeparator: \.isNewline) ?? []
        return lines.first { $0.contains("#token=") }?.split(separator: "#").first.map(String.init)
    }

    /// Undoes quoted-printable (RFC 2045 section 6.7).
    private static func decode(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = text.replacing("=\r\n", with: "").utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "="), rest.count >= 2, let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
