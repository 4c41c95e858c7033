import SearchDomain
import Testing

@Suite struct SearchTermTests {
    @Test(arguments: [
        ("black cat", [SearchTerm.word("black"), .word("cat")]),
        ("bla* cat", [.prefix("bla"), .word("cat")]),
        ("black-tan*", [.word("black"), .prefix("tan")]),
        ("\"black cat\" dog", [.phrase(["black", "cat"]), .word("dog")]),
        ("\"cat\"", [.word("cat")]),
        ("\"black cat", [.phrase(["black", "cat"])]),
        ("cat\"black tan\"dog", [.word("cat"), .phrase(["black", "tan"]), .word("dog")]),
        ("*bella", [.word("bella")]),
        ("name:bella", [.word("name"), .word("bella")]),
        ("\"*\" ( * )", []),
        ("", []),
        ("\u{2764}\u{FE0F} cat", [.word("cat")]),
        ("\u{301} 1\u{FE0F}\u{20E3}", [.word("1\u{FE0F}\u{20E3}")]),
        ("Zoe\u{308} ½", [.word("Zoe\u{308}"), .word("½")]),
    ])
    func reads(text: String, terms: [SearchTerm]) {
        #expect(SearchTerm.parse(text) == terms)
    }

    @Test func boundsTheTextAt200Characters() {
        #expect(SearchTerm.maximumLength == 200)
    }
}
