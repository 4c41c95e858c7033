import HTTPEdge
import NIOCore

extension ByteBuffer {
    /// Writes a word as 16 lower-case hexadecimal digits.
    mutating func writeHexadecimal(_ word: UInt64) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: 16) { bytes in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * index)) & 15
                bytes[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }

    /// Writes a number, not negative, in decimal digits.
    mutating func writeDecimal(_ number: Int) {
        guard number > 9 else {
            writeInteger(UInt8(ascii: "0") + UInt8(number))
            return
        }
        writeWithUnsafeMutableBytes(minimumWritableBytes: 20) { bytes in
            var bytes = bytes
            var rest = number
            var count = 0
            while rest > 0 {
                bytes[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
                count += 1
            }
            bytes[..<count].reverse()
            return count
        }
    }

    /// Writes a field with its line end as it stands in a head.
    mutating func writeField(_ field: HeadField, of head: UnsafeRawBufferPointer) {
        // Name, colon and value stand one after the other; white space between them may be passed on.
        writeBytes(UnsafeRawBufferPointer(rebasing: head[field.name.lowerBound..<field.value.upperBound]))
        writeStaticString("\r\n")
    }
}

/// Which fields of a message are passed on.
enum PassedFields {
    /// The names that `Connection` tells not to pass on, in lower case; asked for rarely.
    static func named(_ fields: [HeadField], _ bytes: UnsafeRawBufferPointer) -> Set<String> {
        var names: Set<String> = []
        for field in fields where field.kind == .connection {
            let value = String(decoding: bytes[field.value], as: UTF8.self)
            for name in value.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) {
                names.insert(name.lowercased())
            }
        }
        return names
    }

    static func isNamed(_ field: HeadField, in names: Set<String>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        !names.isEmpty && names.contains(String(decoding: bytes[field.name], as: UTF8.self).lowercased())
    }

    /// Whether a request's field is passed on: not what belongs to the connection, nor what a proxy alone may say.
    static func isForServer(_ kind: FieldKind) -> Bool {
        switch kind {
        case .host, .connection, .hopByHop, .contentLength, .transferEncoding, .expect, .forwarded, .identity,
            .requestTimeout, .correlationID, .traceParent, .traceState, .variant, .overloaded:
            false
        default: true
        }
    }

    /// Whether an answer's field is passed on: not what services tell each other alone.
    static func isForClient(_ kind: FieldKind) -> Bool {
        switch kind {
        case .connection, .hopByHop, .contentLength, .transferEncoding, .date, .server, .correlationID,
            .contentTypeOptions, .variant, .overloaded:
            false
        default: true
        }
    }
}
