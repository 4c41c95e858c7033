import SystemPackage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A terminal without a screen: what a command writes to it can be read.
struct Terminal {
    private let screen: FileDescriptor
    private let line: FileDescriptor

    init() throws {
        var (screen, line): (Int32, Int32) = (-1, -1)
        guard openpty(&screen, &line, nil, nil, nil) == 0 else {
            throw UnexpectedCommand(description: "no terminal could be made: \(Errno(rawValue: errno))")
        }
        self.screen = FileDescriptor(rawValue: screen)
        self.line = FileDescriptor(rawValue: line)
    }

    /// The command's end of the terminal; the command closes it.
    func give() -> FileDescriptor { line }

    /// All that was written to the terminal, which is then closed.
    func finish() -> String {
        var bytes: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
        defer {
            chunk.deallocate()
            close(screen.rawValue)
        }
        // Reading ends with an error once the other end is closed.
        while let count = try? screen.read(into: chunk), count > 0 { bytes += chunk.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
