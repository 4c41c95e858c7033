import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ServiceRuntime
import Testing

@Suite struct JSONReplyTests {
    private struct Reply: Encodable {
        var b = "a/b é"
        var a: Int? = 1
        var missing: Int?
        var at = Date(timeIntervalSince1970: 1_700_000_000)
    }

    @Test func writesMembersInOrderDatesInISOAndNoNulls() async throws {
        let response = try await RouterScope().answer { _ in
            JSONReply.make(Reply(), status: .created, headers: [.eTag: "\"1\""])
        }
        #expect(response.status == .created)
        #expect(response.headers[.eTag] == "\"1\"")
        #expect(response.headers[values: .contentType] == ["application/json"])
        #expect(String(buffer: response.body) == #"{"a":1,"at":"2023-11-14T22:13:20Z","b":"a/b é"}"#)
    }
}
