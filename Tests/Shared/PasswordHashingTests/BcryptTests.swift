import TestSupport
import Testing

@testable import PasswordHashing

@Suite struct BcryptTests {
    /// Solar Designer's vectors of crypt_blowfish under the identifier `$2b$`, and two of cost 4.
    private static let vectors = [
        ("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", "$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        (
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
            "$2b$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
        ),
        ("", "$2b$04$......................w74bL5gU7LSJClZClCa.Pkz14aTv/XO"),
        ("password", "$2b$04$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm"),
    ]

    @Test(arguments: vectors)
    func acceptsTheKeyOfAKnownHash(_ key: String, encoded: String) throws {
        let hash = try #require(PasswordHash(encoded: encoded))
        #expect(try Bcrypt.verify(key, against: hash))
    }

    @Test(arguments: vectors)
    func refusesEveryOtherKey(_ key: String, encoded: String) throws {
        let hash = try #require(PasswordHash(encoded: encoded))
        #expect(try Bcrypt.verify("x" + key, against: hash) == false)
        #expect(try Bcrypt.verify(String(key.reversed()) + "?", against: hash) == false)
    }

    @Test(arguments: 0..<31)
    func refusesAHashWithOneOtherCharacter(_ position: Int) throws {
        var characters = Array("$2b$04$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm".utf8)
        let index = 29 + position
        characters[index] = characters[index] == UInt8(ascii: "A") ? UInt8(ascii: "C") : UInt8(ascii: "A")
        let hash = try #require(PasswordHash(encoded: String(decoding: characters, as: UTF8.self)))
        #expect(try Bcrypt.verify("password", against: hash) == false)
    }

    @Test func takesTheSaltFromTheGenerator() throws {
        let seeds: [UInt64] = [1, 1, 2]
        let hashes = try seeds.map { seed in
            var generator = SeededGenerator(seed: seed)
            return try Bcrypt.hash("password", cost: 4, using: &generator)
        }
        #expect(hashes[0] == hashes[1])
        #expect(hashes[0].encoded.prefix(29) != hashes[2].encoded.prefix(29))
        for hash in hashes { #expect(try Bcrypt.verify("password", against: hash)) }
    }

    @Test(arguments: [4, 5, 6])
    func writesTheCostIntoTheHash(_ cost: Int) throws {
        var generator = SeededGenerator(seed: 3)
        let hash = try Bcrypt.hash("password", cost: cost, using: &generator)
        #expect(hash.cost == cost)
        #expect(hash.encoded.hasPrefix("$2b$0\(cost)$"))
    }

    /// libxcrypt reads 0 as "the default", and bcrypt knows 4 to 31 alone.
    @Test(arguments: [Int.min, -1, 0, 1, 3, 32, 100, .max])
    func refusesCostsThatBcryptDoesNotHave(_ cost: Int) {
        let error = #expect(throws: PasswordHashingError.self) {
            var generator = SeededGenerator(seed: 4)
            return try Bcrypt.hash("password", cost: cost, using: &generator)
        }
        #expect(error?.code == .engineFailed)
    }
}
