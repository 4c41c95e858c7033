import Gherkin
import HTTPTypes
import InputValidation
import LocalStack
import TestSupport

/// Searching the listings of the scenario's board.
enum SearchSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        defineCaching(in: &steps)
        steps.define("someone searches for {string}") { world, arguments in
            try await search("q=\(encoded(try arguments.string(0)))", world)
        }
        steps.define("someone searches with {string}") { world, arguments in
            try await search(try arguments.string(0), world)
        }
        steps.define("someone searches for a word of {int} letters") { world, arguments in
            try await search("q=\(String(repeating: "a", count: try arguments.int(0)))", world)
        }
        steps.define("the animals found are {string}") { world, arguments in
            try expect("the animals", try names(world).sorted(), is: list(try arguments.string(0)).sorted())
        }
        steps.define("the animals found are, in this order, {string}") { world, arguments in
            try expect("the animals", try names(world), is: list(try arguments.string(0)))
        }
        steps.define("no animal is found") { world, _ in
            try expect("the status", try world.last.reply.status, is: 200)
            try expect("the items", try world.value("items"), is: .array([]))
            try expect("the total", try world.value("total"), is: .number("0"))
        }
        steps.define("the facet {string} counts {string}") { world, arguments in
            let name = try arguments.string(0)
            let counts = try world.value("facets/\(name)")?.elements ?? []
            let actual = counts.map { "\($0["value"]?.spelled ?? "") \($0["count"]?.spelled ?? "")" }
            try expect("the facet \(name)", actual, is: list(try arguments.string(1)))
        }
        steps.define("someone walks through all animals, {int} a page") { world, arguments in
            try await walk(pageSize: try arguments.int(0), world)
        }
        steps.define("they have seen {int} animals, none of them twice") { world, arguments in
            try expect("the animals seen", world.seen.count, is: try arguments.int(0))
            try expect("the different animals seen", Set(world.seen).count, is: try arguments.int(0))
        }
    }

    private static func defineCaching(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("they search for the same again") { world, _ in
            let last = try world.last
            try await world.send(.get, last.path, headers: ["If-None-Match": last.reply.headers[.eTag] ?? "none"])
        }
        steps.define("the answer comes from the cache") { world, _ in
            let status = try cacheStatus(world)
            try expect(status.contains("; hit"), "Cache-Status is \(status)")
        }
        steps.define("someone searches for {string} until an old answer takes the place of a newer one") {
            world,
            arguments in
            try await eventually("an old answer") {
                try await search("q=\(encoded(try arguments.string(0)))", world)
                try expect("the status", try world.last.reply.status, is: 200)
                return try cacheStatus(world).contains("detail=stale-if-error")
            }
        }
    }

    private static func cacheStatus(_ world: ScenarioWorld) throws -> String {
        let headers = try world.last.reply.headers
        return HTTPField.Name("Cache-Status").flatMap { headers[$0] } ?? "(absent)"
    }

    static func search(_ query: String, _ world: ScenarioWorld) async throws {
        try await world.send(.get, "/v1/listings?jurisdiction=\(world.board)&\(query)")
    }

    private static func walk(pageSize: Int, _ world: ScenarioWorld) async throws {
        var cursor: String?
        repeat {
            try await search("limit=\(pageSize)" + (cursor.map { "&cursor=\($0)" } ?? ""), world)
            try expect("the page's status", try world.last.reply.status, is: 200)
            try expect(try names(world).count <= pageSize, "the page has more than \(pageSize) animals")
            world.seen += try (world.value("items")?.elements ?? []).map { $0["id"]?.spelled ?? "" }
            cursor = try world.value("nextCursor")?.spelled
        } while cursor != nil && world.seen.count < 1000
    }

    private static func names(_ world: ScenarioWorld) throws -> [String] {
        try expect("the status", try world.last.reply.status, is: 200)
        return try (world.value("items")?.elements ?? []).map { $0["name"]?.spelled ?? "" }
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ", ").map(String.init)
    }

    /// Percent-encodes everything but ASCII letters and digits.
    static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            let isPlain =
                byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
            let digits = String(byte, radix: 16, uppercase: true)
            encoded += isPlain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + digits
        }
    }
}
