import SQLStorage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Ends the waiting of a thread from outside: a pipe whose reading end becomes readable once it is set.
final class StopSignal: Sendable {
    private let reader: Int32
    private let writer: Int32

    /// Opens the pipe.
    init() throws(SQLError) {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else {
            throw SQLError(.saturated, "no descriptor is left: \(String(cString: strerror(errno)))")
        }
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = (descriptors[0], descriptors[1])
    }

    deinit {
        close(reader)
        close(writer)
    }

    /// Ends all waiting, now and later.
    func set() {
        var byte: UInt8 = 1
        _ = write(writer, &byte, 1)
    }

    /// What a thread waits for.
    enum Event {
        case readable
        case writable
    }

    /// Blocks until the descriptor is ready or the signal is set.
    ///
    /// - Returns: False when the time ran out first.
    /// - Throws: `CancellationError` when the signal is set.
    func wait(for events: Set<Event>, on descriptor: Int32, until end: ContinuousClock.Instant) throws -> Bool {
        var flags: Int32 = 0
        if events.contains(.readable) { flags |= Int32(POLLIN) }
        if events.contains(.writable) { flags |= Int32(POLLOUT) }
        var polled = [
            pollfd(fd: descriptor, events: Int16(flags), revents: 0),
            pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let rest = max(0, (end - ContinuousClock.now) / .milliseconds(1)).rounded(.up)
            let count = poll(&polled, nfds_t(polled.count), Int32(min(rest, 1e9)))
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw SQLError(.unavailable, "poll failed: \(String(cString: strerror(errno)))")
            }
            if polled[1].revents != 0 { throw CancellationError() }
            return polled[0].revents != 0
        }
    }

    /// Blocks for a while.
    ///
    /// - Throws: `CancellationError` when the signal is set.
    func pause(_ duration: Duration) throws {
        _ = try wait(for: [], on: -1, until: .now + duration)
    }
}
