import HTTPTypes
import Hummingbird
import ServiceRuntime
import Testing

@Suite struct EntityTagTests {
    @Test(arguments: [(1, "\"1\""), (0, "\"0\""), (12_345, "\"12345\"")])
    func writesAStrongTag(_ version: Int, _ text: String) {
        #expect(EntityTag.text(version: version) == text)
    }

    /// `If-None-Match` compares weakly.
    @Test(arguments: ["\"7\"", "W/\"7\"", "*", "\"6\", \"7\"", "\"6\",W/\"7\"", "\"x\" ,\t\"7\" "])
    func knowsTheVersionsThatTheCallerHas(_ tags: String) {
        #expect(EntityTag.isKnown(version: 7, to: .sample(headers: [.ifNoneMatch: tags])))
    }

    @Test(arguments: ["\"6\"", "7", "", "\"77\"", "w/\"7\"", "\"07\"", "\"+7\"", "\"7", "7\"", "\"*\""])
    func takesOtherTagsForOtherVersions(_ tags: String) {
        #expect(!EntityTag.isKnown(version: 7, to: .sample(headers: [.ifNoneMatch: tags])))
    }

    @Test func knowsNothingWithoutTheHeader() {
        #expect(!EntityTag.isKnown(version: 7, to: .sample(headers: HTTPFields())))
    }
}
