import FoundationEssentials

/// Searches as people send them, drawn from the records themselves; the same number is the same search every time.
struct SearchMix: Sendable {
    private let names: [String]
    private let colors: [String]
    private let species: [String]
    private let outcomes: [String]

    private struct Record: Decodable {
        var name: String?
        var species: String
        var primaryColor: String?
        var outcomeType: String?
    }

    /// Reads records, one JSON object a line.
    init(lines: String) throws {
        let decoder = JSONDecoder()
        let records = try lines.split(separator: "\n").map { try decoder.decode(Record.self, from: Data($0.utf8)) }
        names = records.compactMap { $0.name?.filter(\.isLetter) }.filter { $0.count >= 3 }
        colors = records.compactMap(\.primaryColor)
        species = records.map(\.species)
        outcomes = records.compactMap(\.outcomeType)
    }

    /// The path and query of a search: names 45 %, colour and species 20 %, beginnings of names 10 %, newest of a
    /// species 15 %, an outcome's phrase 5 %, everything 5 %; values as often as they occur in the records.
    func path(_ number: Int) -> String {
        let pick = Self.mix(UInt64(number))
        let value = Int(Self.mix(pick) >> 33)
        switch pick % 100 {
        case 0..<45: return "/v1/listings?q=\(Self.encode(names[value % names.count]))"
        case 45..<65:
            let text = colors[value % colors.count] + " " + species[value % species.count]
            return "/v1/listings?q=\(Self.encode(text))"
        case 65..<75: return "/v1/listings?q=\(Self.encode(String(names[value % names.count].prefix(3))))*"
        case 75..<90: return "/v1/listings?sort=newest&species=\(Self.encode(species[value % species.count]))"
        case 90..<95: return "/v1/listings?q=\(Self.encode("\"\(outcomes[value % outcomes.count])\""))"
        default: return "/v1/listings"
        }
    }

    /// SplitMix64's finaliser: numbers that follow each other give unrelated values.
    private static func mix(_ number: UInt64) -> UInt64 {
        var value = number &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    private static func encode(_ text: String) -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            let scalar = Unicode.Scalar(byte)
            if Character(scalar).isASCII, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
