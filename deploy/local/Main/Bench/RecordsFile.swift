import FoundationEssentials
import LocalStack
import Subprocess
import SystemPackage

/// The records that benchmarks work with.
enum RecordsFile {
    /// The text of a file, plain or gzip.
    static func text(of file: String) async throws -> String {
        guard file.hasSuffix(".gz") else {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw StackFailure("\(file) cannot be read")
            }
            return String(decoding: data, as: UTF8.self)
        }
        let result = try await Subprocess.run(
            .name("gzip"),
            arguments: ["-dc", file],
            output: .string(limit: 1 << 30)
        )
        guard result.terminationStatus.isSuccess else { throw StackFailure("\(file) cannot be read as gzip") }
        return result.standardOutput
    }
}

extension Duration {
    enum Unit {
        case seconds, milliseconds
    }

    func text(_ unit: Unit) -> String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        let value = unit == .seconds ? seconds : seconds * 1000
        return "\((value * 100).rounded() / 100)"
    }
}
