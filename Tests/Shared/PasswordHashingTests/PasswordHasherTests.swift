import PasswordHashing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct PasswordHasherTests {
    private static let pepper = [UInt8](repeating: 7, count: 32)
    private static let pool = HashingPool(threadCount: 2, queueLength: 256)

    private func makeHasher(pepper: [UInt8] = pepper, cost: Int = 4) throws -> PasswordHasher {
        try PasswordHasher(pepper: pepper, cost: cost, pool: Self.pool)
    }

    @Test func hasTheDefaultsOfTheDesign() throws {
        #expect(PasswordHasher.defaultCost == 12)
        #expect(PasswordHasher.acceptedBytes == 8...1024)
        #expect(PasswordHasher.minimumPepperBytes == 32)
        #expect(try PasswordHasher(pepper: Self.pepper, pool: Self.pool).cost == 12)
    }

    /// The hashes come from Python's `hmac` and libxcrypt's own `crypt`, with a pepper of 32 bytes of value 7.
    @Test(arguments: [
        ("correct horse battery staple", "$2b$04$abcdefghijklmnopqrstuuJeHf1riqflE/CX1fAGwctKa.9Dfb4le"),
        ("pässwörter sind länger", "$2b$04$abcdefghijklmnopqrstuusJM1N6fA97vLHI4jQrh4/wC2trIDhZC"),
        ("nul\0byte!", "$2b$04$abcdefghijklmnopqrstuutmjMVTG3IShYFihCvXzzrQl3wc2ThCG"),
        (String(repeating: "x", count: 1024), "$2b$04$abcdefghijklmnopqrstuuyck9DQSPRUbvp1fiXRPqyOJ4D5E6Ri6"),
    ])
    func isBcryptOverBase64OfHMACWithSHA384(_ password: String, encoded: String) async throws {
        let hash = try #require(PasswordHash(encoded: encoded))
        #expect(try await makeHasher().verify(password, against: hash) == .matches)
    }

    @Test(arguments: [
        "12345678", "éééé", "\0\0\0\0\0\0\0\0", "with\0a NUL", String(repeating: "x", count: 1024),
        String(repeating: "é", count: 512), "        ", "🐈🐈",
    ])
    func matchesWhatItHashed(_ password: String) async throws {
        let hasher = try makeHasher()
        let hash = try await hasher.hash(password)
        #expect(hash.cost == 4)
        #expect(try await hasher.verify(password, against: hash) == .matches)
    }

    @Test(arguments: [
        "", "1234567", "ééé", String(repeating: "x", count: 1025), String(repeating: "é", count: 513),
    ])
    func hashesNothingOutsideTheLengths(_ password: String) async throws {
        let hasher = try makeHasher()
        let error = await #expect(throws: PasswordHashingError.self) { try await hasher.hash(password) }
        #expect(error?.code == .unacceptablePassword)
    }

    /// A guess of any length is wrong, not refused: the answer to a log-in tells nothing of the rules.
    @Test(arguments: ["", "1234567", String(repeating: "x", count: 5000)])
    func findsAGuessOutsideTheLengthsWrong(_ guess: String) async throws {
        let hasher = try makeHasher()
        let hash = try await hasher.hash("12345678")
        #expect(try await hasher.verify(guess, against: hash) == .differs)
    }

    private static let seventyTwo = String(repeating: "a", count: 72)

    @Test(arguments: [
        ("password1", "password2"), ("password1", "Password1"), ("password1", "password1 "),
        ("password1", "password1\0"),
        ("nul\0byte!", "nul\0other"), ("nul\0byte!", "nul"), ("\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\0\0"),
        (seventyTwo, seventyTwo + "a"), (seventyTwo + "b", seventyTwo + "c"), (seventyTwo + "b", seventyTwo),
        (String(repeating: "a", count: 1023) + "b", String(repeating: "a", count: 1023) + "c"),
        // One character to people, other bytes: what was typed is compared, not what it looks like.
        ("caf\u{E9} au lait", "cafe\u{301} au lait"),
    ])
    func tellsPasswordsApartByEveryByte(_ password: String, other: String) async throws {
        let hasher = try makeHasher()
        let hash = try await hasher.hash(password)
        #expect(try await hasher.verify(other, against: hash) == .differs)
    }

    @Test func saltsEachHashAnew() async throws {
        let hasher = try makeHasher()
        var hashes: Set<PasswordHash> = []
        for _ in 0..<20 { hashes.insert(try await hasher.hash("correct horse")) }
        #expect(Set(hashes.map { $0.encoded.prefix(29) }).count == 20)
    }

    @Test func matchesUnderTheSamePepperAlone() async throws {
        let hash = try await makeHasher().hash("correct horse")
        var other = Self.pepper
        other[31] ^= 1
        #expect(try await makeHasher(pepper: other).verify("correct horse", against: hash) == .differs)
        #expect(try await makeHasher(pepper: Self.pepper).verify("correct horse", against: hash) == .matches)
    }

    @Test(arguments: [(4, 5), (5, 4), (6, 4)])
    func wantsANewHashWhenTheCostDiffers(_ stored: Int, current: Int) async throws {
        let hash = try await makeHasher(cost: stored).hash("correct horse")
        let hasher = try makeHasher(cost: current)
        #expect(try await hasher.verify("correct horse", against: hash) == .matchesButNeedsRehash)
        #expect(try await hasher.verify("wrong horse", against: hash) == .differs)
        let renewed = try await hasher.hash("correct horse")
        #expect(try await hasher.verify("correct horse", against: renewed) == .matches)
    }

    @Test(arguments: ["decoy", "12345678", ""])
    func neverMatchesWithoutAnAccount(_ password: String) async throws {
        #expect(try await makeHasher().verify(password, against: nil) == .differs)
    }

    @Test(arguments: [0, 1, 31])
    func refusesAShortPepper(_ count: Int) {
        #expect(throws: PasswordHashingError.self) { try makeHasher(pepper: [UInt8](repeating: 7, count: count)) }
    }

    @Test(arguments: [-1, 0, 3, 32])
    func refusesCostsThatBcryptDoesNotHave(_ cost: Int) {
        let error = #expect(throws: PasswordHashingError.self) { try makeHasher(cost: cost) }
        #expect(error?.code == .engineFailed)
    }

    /// Checks of known and of unknown accounts wait in the same queue, so that neither is told by its speed.
    @Test func isOverloadedWhenThePoolIs() async throws {
        let crowded = HashingPool(threadCount: 1, queueLength: 0)
        let hasher = try PasswordHasher(pepper: Self.pepper, cost: 4, pool: crowded)
        let hash = try await hasher.hash("correct horse")
        let gate = Gate()
        let (arrivals, arrived) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        async let held: Void = crowded.run {
            arrived.yield()
            gate.wait()
        }
        for await _ in arrivals { break }
        defer { gate.open(for: 1) }
        let operations: [() async throws -> Void] = [
            { _ = try await hasher.hash("correct horse") },
            { _ = try await hasher.verify("correct horse", against: hash) },
            { _ = try await hasher.verify("correct horse", against: nil) },
        ]
        for operation in operations {
            let error = await #expect(throws: PasswordHashingError.self) { try await operation() }
            #expect(error?.code == .overloaded)
        }
        gate.open(for: 1)
        try await held
        #expect(try await hasher.verify("correct horse", against: hash) == .matches)
        try await crowded.shutdown()
    }
}
