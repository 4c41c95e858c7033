import HTTPTypes
import Hummingbird
import ServiceRuntime
import Testing

@Suite struct EntityTagTests {
    private func request(_ tag: String?) -> Request {
        var headers = HTTPFields()
        headers[.ifMatch] = tag
        return .sample(headers: headers)
    }

    private func status(_ operation: () throws -> Int?) -> Int? {
        do {
            _ = try operation()
            return nil
        } catch {
            return (error as? Problem)?.status.code
        }
    }

    @Test(arguments: [(1, "\"1\""), (0, "\"0\""), (12_345, "\"12345\"")])
    func writesAndReadsAStrongTag(_ version: Int, _ text: String) throws {
        #expect(EntityTag.text(version: version) == text)
        #expect(try EntityTag.version(of: request(text)) == version)
        #expect(try EntityTag.requiredVersion(of: request(text)) == version)
    }

    @Test(arguments: [
        "1", "\"\"", "\"", "W/\"1\"", "\"a\"", "\"1\", \"2\"", "\"1", "1\"", "\"1.0\"", "\" 1\"", "\"+1\"", "\"01\"",
        "",
    ])
    func refusesTagsThatAreNoneOfOurs(_ tag: String) {
        #expect(status { try EntityTag.version(of: request(tag)) } == 412)
        #expect(status { try EntityTag.requiredVersion(of: request(tag)) } == 412)
    }

    @Test(arguments: [nil, "*"] as [String?])
    func asksForATagWhereOneIsRequired(_ tag: String?) throws {
        #expect(try EntityTag.version(of: request(tag)) == nil)
        #expect(status { try EntityTag.requiredVersion(of: request(tag)) } == 428)
    }
}
