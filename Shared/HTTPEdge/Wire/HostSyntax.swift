/// What may stand in `Host` and in the authority of a target (RFC 9110 section 7.2).
enum HostSyntax {
    /// Whether these bytes are a name or an address, with or without a port; an empty one is none.
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let end = endOfHost(bytes), end > 0 else { return false }
        guard end < bytes.count else { return true }
        let port = bytes[(end + 1)...]
        guard bytes[end] == ASCII.colon, port.count <= 5 else { return false }
        var number = 0
        for byte in port {
            guard ASCII.isDigit(byte) else { return false }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number <= 65535
    }

    private static func endOfHost(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.first == UInt8(ascii: "[") else {
            return bytes.firstIndex { !ByteSet.registeredName.contains($0) } ?? bytes.count
        }
        guard let closing = bytes.firstIndex(of: UInt8(ascii: "]")), closing > 2 else { return nil }
        let isAddress = bytes[1..<closing].allSatisfy { byte in
            ASCII.hexadecimal(byte) != nil || byte == ASCII.colon || byte == UInt8(ascii: ".")
        }
        return isAddress ? closing + 1 : nil
    }
}
