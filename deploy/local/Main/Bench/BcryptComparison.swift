import FoundationEssentials
import LocalStack
import PasswordHashing
import Subprocess
import SystemPackage

/// Checks passwords through `PasswordHasher` and through libxcrypt from C, in turns.
enum BcryptComparison {
    private static let rounds = 7
    private static let checksPerRound = 4

    struct Result: Sendable {
        var swiftMilliseconds: Double
        var cMilliseconds: Double
        var ratio: Double { swiftMilliseconds / cMilliseconds }
    }

    /// The medians of several interleaved rounds at the default cost.
    ///
    /// - Parameter program: The C program, which prints the milliseconds that a number of checks took.
    /// - Returns: The milliseconds of one check in Swift and in C.
    /// - Throws: When hashing fails, or when the program does not run or prints no time.
    static func run(program: String) async throws -> Result {
        let pool = HashingPool(threadCount: 1, queueLength: 1)
        let hasher = try PasswordHasher(pepper: [UInt8](repeating: 7, count: 32), pool: pool)
        let hash = try await hasher.hash("correct horse battery staple")
        var swift: [Double] = []
        var c: [Double] = []
        for _ in 0..<rounds {
            let start = ContinuousClock().now
            for _ in 0..<checksPerRound {
                _ = try await hasher.verify("correct horse battery staple", against: hash)
            }
            let duration = start.duration(to: ContinuousClock().now).components
            swift.append(Double(duration.seconds) * 1000 + Double(duration.attoseconds) / 1e15)
            c.append(try await milliseconds(of: program, hash: hash.encoded))
        }
        try await pool.shutdown()
        let checks = Double(checksPerRound)
        return Result(swiftMilliseconds: median(swift) / checks, cMilliseconds: median(c) / checks)
    }

    private static func milliseconds(of program: String, hash: String) async throws -> Double {
        let result = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: [hash, "\(checksPerRound)"],
            output: .string(limit: 100)
        )
        guard let value = Double(result.standardOutput.filter { !$0.isWhitespace }) else {
            throw StackFailure("\(program) printed no time")
        }
        return value
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }
}
