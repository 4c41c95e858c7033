import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Standard output, one whole line at a time.
final class LineOutput: Sendable {
    private let lock = Mutex(())

    /// Writes a line; a reader that is gone loses it, which must never stop a service.
    func write(_ line: String) {
        var line = line
        lock.withLock { _ in
            line.withUTF8 { bytes in
                var rest = UnsafeRawBufferPointer(bytes)
                while let start = rest.baseAddress, !rest.isEmpty {
                    #if canImport(Glibc)
                    let written = Glibc.write(STDOUT_FILENO, start, rest.count)
                    #elseif canImport(Musl)
                    let written = Musl.write(STDOUT_FILENO, start, rest.count)
                    #else
                    let written = Darwin.write(STDOUT_FILENO, start, rest.count)
                    #endif
                    if written > 0 {
                        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
