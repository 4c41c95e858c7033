import CCrypt

/// The password hash bcrypt through the system's libxcrypt.
///
/// Designed by Niels Provos and David Mazières ("A Future-Adaptable Password Scheme", USENIX 1999).
///
/// Both calls take as long as the cost says and block their thread: use them on a ``HashingPool``.
enum Bcrypt {
    /// The costs that bcrypt knows; libxcrypt reads 0 as a default of its own.
    static let costs = 4...31

    /// Hashes `key` with a fresh salt.
    static func hash(
        _ key: String,
        cost: Int,
        using generator: inout some RandomNumberGenerator
    ) throws(PasswordHashingError) -> PasswordHash {
        let randomBytes = (0..<16).map { _ in generator.next() as UInt8 }
        return try hash(key, setting: setting(cost: cost, randomBytes: randomBytes))
    }

    /// Whether `key` hashes to `expected`, compared in constant time.
    static func verify(_ key: String, against expected: PasswordHash) throws(PasswordHashingError) -> Bool {
        let actual = try hash(key, setting: expected.encoded)
        return zip(actual.encoded.utf8, expected.encoded.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func setting(cost: Int, randomBytes: [UInt8]) throws(PasswordHashingError) -> String {
        guard costs.contains(cost) else { throw PasswordHashingError(.engineFailed, "bcrypt has no cost \(cost)") }
        var output = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        let made = randomBytes.withUnsafeBytes { bytes in
            crypt_gensalt_rn(
                "$2b$",
                UInt(cost),
                bytes.bindMemory(to: CChar.self).baseAddress,
                Int32(bytes.count),
                &output,
                Int32(output.count)
            ) != nil
        }
        guard made else { throw PasswordHashingError(.engineFailed, "libxcrypt made no salt for cost \(cost)") }
        return text(output)
    }

    private static func hash(_ key: String, setting: String) throws(PasswordHashingError) -> PasswordHash {
        // `crypt_data` is 32 KiB, too much for a pool thread's stack frame.
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        data.initialize(to: crypt_data())
        defer {
            withUnsafeMutableBytes(of: &data.pointee) { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
            data.deallocate()
        }
        guard let result = crypt_r(key, setting, data), let hash = PasswordHash(encoded: String(cString: result)) else {
            throw PasswordHashingError(.engineFailed, "libxcrypt refused the setting")
        }
        return hash
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
}
