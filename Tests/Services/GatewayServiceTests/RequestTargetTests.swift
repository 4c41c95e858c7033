import Testing

@testable import GatewayService

@Suite struct RequestTargetTests {
    @Test(arguments: ["", "/", "/a%20b", "/%c3%BC?q=%00", "%25"])
    func takesCompleteEscapes(_ target: String) {
        #expect(RequestTarget.isWellFormed(target))
    }

    @Test(arguments: ["%", "/a%", "/a%2", "/%zz", "/%2g", "/?q=%%20", "/a%20%"])
    func refusesBrokenOnes(_ target: String) {
        #expect(!RequestTarget.isWellFormed(target))
    }
}
