import FoundationEssentials
import PasswordHashing
import Testing

@Suite struct PasswordHashTests {
    private static let salt = "abcdefghijklmnopqrstuu"
    private static let digest = "ghE8Ev8uGFaUgY2cNEySvxngrb/Jzdm"

    @Test(arguments: [("04", 4), ("09", 9), ("10", 10), ("12", 12), ("31", 31)])
    func acceptsAHashAndReadsItsCost(_ digits: String, cost: Int) throws {
        let encoded = "$2b$\(digits)$" + Self.salt + Self.digest
        let hash = try #require(PasswordHash(encoded: encoded))
        #expect(hash.encoded == encoded)
        #expect(hash.cost == cost)
    }

    private static let tail = salt + digest
    private static let short = String(tail.dropLast())

    static let malformed: [String] = [
        "", "*0", "*1", "password", "$2b$04$\(salt)", "$2b$04$\(tail)x", "$2b$04$\(short)", "$2a$04$\(tail)",
        "$2y$04$\(tail)", "$2x$04$\(tail)", "$6b$04$\(tail)", "x2b$04$\(tail)", "$2b$4$\(tail)x", "$2b$03$\(tail)",
        "$2b$00$\(tail)", "$2b$32$\(tail)", "$2b$99$\(tail)", "$2b$+4$\(tail)", "$2b$-4$\(tail)", "$2b$ 4$\(tail)",
        "$2b$4 $\(tail)", "$2b$0x$\(tail)", "$2b$04#\(tail)", "$2b$04$\(short)\0", "$2b$04$\(short)!",
        "$2b$04$\(short)=", "$2b$04$\(short)\n", " $2b$04$\(short)", "$2b$04$\(short.dropLast())é",
        "$2b$04$\(salt)\0\(digest.dropFirst())", "$2b$04$!\(tail.dropFirst())",
    ]

    @Test(arguments: malformed)
    func refusesWhatIsNoHash(_ text: String) {
        #expect(PasswordHash(encoded: text) == nil)
    }

    @Test func survivesEncodingAndDecoding() throws {
        let hash = try #require(PasswordHash(encoded: "$2b$12$" + Self.salt + Self.digest))
        let data = try JSONEncoder().encode(["hash": hash])
        #expect(try JSONDecoder().decode([String: PasswordHash].self, from: data) == ["hash": hash])
    }

    /// A hash that was cut after its salt would match every password if it could be decoded.
    @Test(arguments: malformed)
    func decodesNothingThatIsNoHash(_ text: String) throws {
        let data = try JSONEncoder().encode(["encoded": text])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(PasswordHash.self, from: data) }
    }
}
