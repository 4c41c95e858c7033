import PostgreSQL
import SQLStorage
import SearchContract
import ServiceTestSupport
import TestSupport
import Testing

/// Whatever the engine, the same listings are found, counted and ordered by date alike.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: !TestDatabase.isFile, "there is one engine; deploy/tests/with-postgresql brings another")
)
struct EngineAgreementTests {
    /// Words that tokenizers disagree about, among plain ones.
    private static let words = [
        "cat", "black", "tabby", "Bella", "bella's", "O'Malley", "Zoë", "Zoe\u{308}", "ZOE", "Straße", "naïve", "Ñandú",
        "İzmir", "ΑΘΗΝΑ", "αθήνα", "кот", "Кот", "й", "猫", "三毛猫", "gentle-black", "x_ray", "3.5kg", "2024-01-01",
        "a@b.example", "http://cat.example/x", "AND", "or", "NOT", "near", "🐈", "cat🐈cat", "½", "²", "№5", "don’t",
        "l’été", "re\u{301}sume\u{301}", "ﬁne", "ǅ", "\u{5D0}\u{5B8}", "ก็", "हिन्दी", "\\", "'", "it''s", "a:b", "(c)",
        "!d&e|f",
    ]

    private static func text(_ count: ClosedRange<Int>, using generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: count, using: &generator)).compactMap { _ in words.randomElement(using: &generator) }
            .joined(separator: [" ", "  ", ", "].randomElement(using: &generator) ?? " ")
    }

    private static func lines(_ count: Int, using generator: inout SeededGenerator) -> String {
        (0..<count).map { number in
            let fields: [(String, String?)] = [
                ("id", "L\(number)"), ("species", ["cat", "dog", "Ñandú"].randomElement(using: &generator)),
                ("name", text(1...2, using: &generator)), ("primaryColor", text(1...1, using: &generator)),
                ("sex", ["Female", "Male", nil].randomElement(using: &generator) ?? nil),
                (
                    "intakeOn",
                    "2024-0\(Int.random(in: 1...9, using: &generator))-1\(Int.random(in: 0...9, using: &generator))"
                ),
                ("description", text(1...30, using: &generator)),
            ]
            let members = fields.compactMap { name, value in
                value.map { "\"\(name)\":\"\($0.replacing("\\", with: "\\\\"))\"" }
            }
            return "{\(members.joined(separator: ","))}\n"
        }.joined()
    }

    private static func query(using generator: inout SeededGenerator) -> String? {
        let words = (0...Int.random(in: 0...2, using: &generator)).compactMap { _ -> String? in
            let text = text(1...2, using: &generator)
            switch Int.random(in: 0...3, using: &generator) {
            case 0: return "\"\(text)\""
            case 1: return String(text.prefix(Int.random(in: 1...4, using: &generator))) + "*"
            default: return text
            }
        }.joined(separator: " ")
        // A text without any word is refused before an engine sees it.
        guard words.contains(where: { $0.isLetter || $0.isNumber }), words.count <= 200 else { return nil }
        return "q=" + QueryText.encode(words)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func findTheSame(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let lines = Self.lines(300, using: &generator)
        let kinds = ["", "&species=cat", "&sex=Female", "&intakeFrom=2024-03-01&intakeTo=2024-06-30"]
        let queries = (0..<200).compactMap { _ in
            Self.query(using: &generator).map { $0 + (kinds.randomElement(using: &generator) ?? "") + "&limit=100" }
        }
        try await withSearchService(on: .file) { file in
            try await withSearchService { server in
                let replies = (try await file.import(lines), try await server.import(lines))
                #expect(replies.0.accepted == 300 && replies.1.accepted == 300)
                var found = 0
                for query in queries {
                    let newest = query + "&sort=newest"
                    let (expected, actual) = (try await file.search(newest), try await server.search(newest))
                    found += expected.total
                    #expect(actual.items.map(\.id) == expected.items.map(\.id), "\(newest)")
                    #expect(actual.total == expected.total && actual.facets == expected.facets, "\(newest)")
                    let best = (try await file.search(query), try await server.search(query))
                    #expect(best.0.total == best.1.total, "\(query)")
                    guard best.0.total <= 100 else { continue }
                    #expect(Set(best.0.items.map(\.id)) == Set(best.1.items.map(\.id)), "\(query)")
                }
                #expect(found > 1000)
            }
        }
    }

    /// PostgreSQL plans with what it knows of a table, which after an import is not what it knew before.
    @Test func knowTheCatalogueAfterAnImport() async throws {
        try await withSearchService { server in
            guard case .postgreSQL(let settings) = server.database else {
                Issue.record("the suite is for PostgreSQL")
                return
            }
            func known() async throws -> Double? {
                try await PostgreSQLDatabase(settings).read { session in
                    try session.value("SELECT CAST(reltuples AS FLOAT8) FROM pg_class WHERE oid = 'listing'::regclass")
                }
            }
            var generator = SeededGenerator(seed: 5)
            let reply = try await server.import(Self.lines(1000, using: &generator))
            #expect(reply.accepted == 1000)
            let rows = try await known()
            #expect(rows == 1000)
        }
    }

    /// Page by page, every match once and none twice.
    @Test(arguments: ["q=cat*", "q=cat*&sort=newest", ""])
    func givePagesWithoutGaps(_ query: String) async throws {
        var generator = SeededGenerator(seed: 4)
        let lines = Self.lines(300, using: &generator)
        try await withSearchService { server in
            _ = try await server.import(lines)
            var ids: [String] = []
            var cursor = ""
            var total = 0
            repeat {
                let page = try await server.search("\(query)&limit=7\(cursor)")
                ids += page.items.map(\.id)
                total = page.total
                cursor = page.nextCursor.map { "&cursor=" + QueryText.encode($0) } ?? ""
            } while !cursor.isEmpty
            #expect(ids.count == total && Set(ids).count == total)
            #expect(total > 50)
        }
    }
}
