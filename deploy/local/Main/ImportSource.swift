import LocalStack
import NIOCore
import Subprocess
import Synchronization
import SystemPackage

/// The file of an import, read chunk by chunk while a progress bar follows the place in it.
final class ImportSource: Sendable {
    private static let chunkSize = 128 * 1024

    let descriptor: SystemPackage.FileDescriptor
    private let size: Int64
    private let progress: Mutex<ImportProgress>

    init(path: String) throws {
        descriptor = try SystemPackage.FileDescriptor.open(FilePath(path), .readOnly)
        size = try descriptor.seek(offset: 0, from: .end)
        try descriptor.seek(offset: 0, from: .start)
        progress = Mutex(ImportProgress(start: ContinuousClock().now))
    }

    /// Whether the file starts like gzip (RFC 1952).
    var isCompressed: Bool {
        withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { bytes in
            // A file too short to be read is not compressed.
            let count = (try? descriptor.read(fromAbsoluteOffset: 0, into: bytes)) ?? 0
            return count == 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
        }
    }

    func close() {
        finishProgress()
        try? descriptor.close()  // Nothing was written to it.
    }

    /// The file's own bytes.
    func plainChunks() -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream { [self] in
            var buffer = ByteBuffer()
            let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.chunkSize) { bytes in
                try descriptor.read(into: bytes)
            }
            guard count > 0 else { return nil }
            advance(buffer)
            return buffer
        }
    }

    /// What a decompressor makes of the file; the decompressor shares the file's offset, which tells how far it is.
    func chunks(of output: SubprocessOutputSequence) -> some AsyncSequence<ByteBuffer, any Error> & Sendable {
        output.map { [self] part in
            let buffer = part.withUnsafeBytes { ByteBuffer(bytes: $0) }
            advance(buffer)
            return buffer
        }
    }

    private func advance(_ chunk: ByteBuffer) {
        let lines = chunk.readableBytesView.count { $0 == UInt8(ascii: "\n") }
        // Without an offset the bar stays where it is.
        let offset = (try? descriptor.seek(offset: 0, from: .current)) ?? 0
        let text = progress.withLock { progress in
            // A file that grows meanwhile is read beyond the size that it had.
            let fraction = size > offset ? Double(offset) / Double(size) : 1
            return progress.advance(lines: lines, fraction: fraction, at: ContinuousClock().now)
        }
        if let text { Console.progress(text) }
    }

    private func finishProgress() {
        let text = progress.withLock { $0.summary(at: ContinuousClock().now) }
        if Console.isTerminal { Console.progress(text + "\n") } else { Console.say(text) }
    }
}

/// How far an import is: a bar, the rate and the time left.
struct ImportProgress: Sendable {
    private static let width = 30

    let start: ContinuousClock.Instant
    private var lines = 0
    private var lastShown: ContinuousClock.Instant?

    init(start: ContinuousClock.Instant) {
        self.start = start
    }

    /// The line to show; nil when the last one is younger than a tenth of a second, or nobody watches.
    mutating func advance(lines more: Int, fraction: Double, at now: ContinuousClock.Instant) -> String? {
        lines += more
        guard Console.isTerminal, lastShown.map({ $0.duration(to: now) > .milliseconds(100) }) ?? true else {
            return nil
        }
        lastShown = now
        let elapsed = seconds(to: now)
        let filled = Int(fraction * Double(Self.width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        let left = fraction > 0 ? elapsed / fraction - elapsed : 0
        return "\(bar) \(Int(fraction * 100)) %  \(lines) lines  \(rate(elapsed))/s  \(Int(left.rounded(.up))) s left"
    }

    func summary(at now: ContinuousClock.Instant) -> String {
        let elapsed = seconds(to: now)
        return "\(lines) lines sent in \((elapsed * 10).rounded() / 10) s, \(rate(elapsed))/s"
    }

    private func rate(_ elapsed: Double) -> Int {
        elapsed > 0 ? Int(Double(lines) / elapsed) : 0
    }

    private func seconds(to now: ContinuousClock.Instant) -> Double {
        let duration = start.duration(to: now).components
        return Double(duration.seconds) + Double(duration.attoseconds) / 1e18
    }
}
