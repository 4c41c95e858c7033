import InputValidation
import Testing

@Suite struct JSONPointerTests {
    /// The keys of RFC 6901 section 5.
    @Test(arguments: [
        ("foo", "/foo"), ("", "/"), ("a/b", "/a~1b"), ("c%d", "/c%d"), ("e^f", "/e^f"), ("g|h", "/g|h"),
        ("i\\j", "/i\\j"), ("k\"l", "/k\"l"), (" ", "/ "), ("m~n", "/m~0n"), ("~1", "/~01"), ("~/", "/~0~1"),
        ("//", "/~1~1"), ("é/ü", "/é~1ü"),
    ])
    func escapesKeys(_ key: String, expected: String) {
        #expect(JSONPointer.root.appending(key).description == expected)
    }

    @Test func isEmptyForTheWholeDocument() {
        #expect(JSONPointer.root.description.isEmpty)
    }

    @Test func joinsKeysAndIndices() {
        #expect(
            JSONPointer.root.appending("to").appending(0).appending("a/b").appending(12).description == "/to/0/a~1b/12"
        )
    }

    @Test func tellsASlashInAKeyFromASlashBetweenKeys() {
        #expect(JSONPointer.root.appending("a/b") != JSONPointer.root.appending("a").appending("b"))
        #expect(JSONPointer.root.appending("a~1b") != JSONPointer.root.appending("a/b"))
    }
}
