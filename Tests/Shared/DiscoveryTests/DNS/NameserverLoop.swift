#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The sockets of a ``FakeNameserver`` and the loop that reads them, on one thread until it is stopped.
struct NameserverLoop {
    /// What happens with a question.
    enum Reaction {
        case sends([UInt8])
        case isSilent
        case hangsUp
    }

    struct SocketFailure: Error {
        var what: String
        var code = errno
    }

    let port: Int
    private let datagrams: Int32
    private let listener: Int32
    private let wake: (reading: Int32, writing: Int32)

    /// Finds a port that is free for UDP and TCP alike.
    init() throws {
        for _ in 0..<100 {
            let datagrams = try Self.open(SOCK_DGRAM, port: 0)
            let port = try Self.port(of: datagrams)
            if let listener = try? Self.open(SOCK_STREAM, port: port) {  // Taken by somebody else: try another.
                var pipes: [Int32] = [0, 0]
                guard listen(listener, 16) == 0, pipe(&pipes) == 0 else { throw SocketFailure(what: "listen") }
                (self.port, self.datagrams, self.listener) = (Int(port), datagrams, listener)
                wake = (pipes[0], pipes[1])
                return
            }
            Self.closeSocket(datagrams)
        }
        throw SocketFailure(what: "no port is free for both")
    }

    /// Ends ``run(_:)``.
    func stop() {
        var byte: UInt8 = 0
        write(wake.writing, &byte, 1)
    }

    func close() {
        for descriptor in [datagrams, listener, wake.reading, wake.writing] { Self.closeSocket(descriptor) }
    }

    func run(_ react: ([UInt8], FakeNameserver.Way) -> Reaction) {
        var streams: [Int32: [UInt8]] = [:]
        defer { for stream in streams.keys { Self.closeSocket(stream) } }
        while true {
            var entries = ([wake.reading, datagrams, listener] + streams.keys)
                .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
            for entry in entries where entry.revents != 0 {
                switch entry.fd {
                case wake.reading: return
                case datagrams: receiveDatagram(react)
                case listener: streams[accept(listener, nil, nil)] = []
                default: streams[entry.fd] = receive(from: entry.fd, after: streams[entry.fd] ?? [], react)
                }
            }
        }
    }

    private func receiveDatagram(_ react: ([UInt8], FakeNameserver.Way) -> Reaction) {
        var buffer = [UInt8](repeating: 0, count: 1024)
        var sender = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &sender) { bytes in
            guard let sender = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return }
            let count = recvfrom(datagrams, &buffer, buffer.count, 0, sender, &length)
            guard count > 0, case .sends(let answer) = react(Array(buffer[..<count]), .datagram) else { return }
            sendto(datagrams, answer, answer.count, 0, sender, length)
        }
    }

    /// The bytes that are left over; nil when the stream has ended.
    private func receive(
        from stream: Int32,
        after received: [UInt8],
        _ react: ([UInt8], FakeNameserver.Way) -> Reaction
    ) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = read(stream, &buffer, buffer.count)
        let bytes = received + buffer[..<max(0, count)]
        guard bytes.count >= 2, bytes.count >= 2 + Int(bytes[0]) << 8 + Int(bytes[1]) else {
            if count <= 0 { Self.closeSocket(stream) }
            return count <= 0 ? nil : bytes
        }
        switch react(Array(bytes[2...]), .stream) {
        case .isSilent: return []
        case .sends(let answer):
            let framed = Wire.bytes(UInt16(answer.count)) + answer
            write(stream, framed, framed.count)
            return []
        case .hangsUp:
            Self.closeSocket(stream)
            return nil
        }
    }
}

extension NameserverLoop {
    private static func open(_ type: __socket_type, port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(what: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafeBytes(of: &address) { bytes in
            bytes.baseAddress.map {
                bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
        }
        guard result == 0 else {
            closeSocket(descriptor)
            throw SocketFailure(what: "bind")
        }
        return descriptor
    }

    private static func port(of descriptor: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.baseAddress.map { getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self), &length) }
        }
        guard result == 0 else { throw SocketFailure(what: "getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func closeSocket(_ descriptor: Int32) {
        #if canImport(Glibc)
        _ = Glibc.close(descriptor)
        #else
        _ = Darwin.close(descriptor)
        #endif
    }
}
