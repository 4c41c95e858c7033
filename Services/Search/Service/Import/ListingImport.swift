import InputValidation
import NIOCore
import SearchContract
import SearchDomain

/// Takes listings from a stream of lines, in batches, bad lines set apart.
struct ListingImport: Sendable {
    /// How many listings are written in one transaction.
    static let batchSize = 500
    /// How many errors are told; all bad lines are counted.
    static let maximumErrors = 100

    let listings: ListingStore

    /// Imports a stream to its end.
    ///
    /// What was taken before an error of the stream or the store stays.
    func run<Chunks: AsyncSequence>(_ chunks: Chunks) async throws -> ImportReply where Chunks.Element == ByteBuffer {
        var report = ImportReply()
        var splitter = LineSplitter()
        var batch: [Listing] = []
        for try await chunk in chunks {
            for line in splitter.append(chunk) { read(line, &batch, &report) }
            if batch.count >= Self.batchSize { try await write(&batch, &report) }
        }
        if let line = splitter.finish() { read(line, &batch, &report) }
        try await write(&batch, &report)
        await listings.keepUp(after: report.accepted + report.replaced)
        return report
    }

    private func read(_ line: LineSplitter.Line, _ batch: inout [Listing], _ report: inout ImportReply) {
        guard let bytes = line.bytes else {
            let message = "is longer than \(LineSplitter.maximumLineBytes) bytes"
            return reject(line, [FieldError(pointer: "", rule: "line-length", message: message)], &report)
        }
        guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return }
        do {
            batch.append(try ListingInput.importLine(try StrictJSON.parse(bytes)))
        } catch let invalid as InvalidInput {
            reject(line, invalid.errors, &report)
        } catch {
            reject(line, [FieldError(pointer: "", rule: "json", message: "is no JSON: \(error)")], &report)
        }
    }

    private func reject(_ line: LineSplitter.Line, _ errors: [FieldError], _ report: inout ImportReply) {
        report.rejected += 1
        for error in errors.prefix(Self.maximumErrors - report.errors.count) {
            report.errors.append(
                .init(line: line.number, pointer: error.pointer, rule: error.rule, message: error.message)
            )
        }
    }

    private func write(_ batch: inout [Listing], _ report: inout ImportReply) async throws {
        guard !batch.isEmpty else { return }
        for outcome in try await listings.merge(batch) {
            switch outcome {
            case .accepted: report.accepted += 1
            case .replaced: report.replaced += 1
            case .unchanged: report.unchanged += 1
            }
        }
        batch.removeAll(keepingCapacity: true)
    }
}
