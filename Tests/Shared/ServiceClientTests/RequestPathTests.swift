import Testing

@testable import ServiceClient

@Suite struct RequestPathTests {
    @Test(arguments: ["/", "/v1/a%20b?q=%C3%A9&x=1", "/a-b._~!$&'()*+,;=:@/c?d/e?f", "/%zz", "/%"])
    func leavesWhatAURLTakes(_ path: String) {
        #expect(RequestPath.encoded(path) == path)
    }

    @Test(arguments: [
        ("/a?q=x%20y|z", "/a?q=x%20y%7Cz"), ("/a\"b", "/a%22b"), ("/{id}", "/%7Bid%7D"), ("/a[0]", "/a%5B0%5D"),
        ("/a b", "/a%20b"), ("/ü", "/%C3%BC"), ("/a#b", "/a%23b"), ("/\u{1}", "/%01"), ("/\\^`<>", "/%5C%5E%60%3C%3E"),
    ])
    func encodesTheRestByteByByte(_ path: String, _ encoded: String) {
        #expect(RequestPath.encoded(path) == encoded)
    }
}
