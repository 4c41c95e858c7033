import Testing
import Tokens
import UsersDomain

@Suite struct TokenLifetimesTests {
    @Test func keepsItsPromises() {
        #expect(TokenLifetimes.verification == .seconds(24 * 3600))
        #expect(TokenLifetimes.passwordReset == .seconds(3600))
        #expect(TokenLifetimes.refreshIdle == .seconds(7 * 24 * 3600))
        #expect(TokenLifetimes.session == .seconds(30 * 24 * 3600))
        #expect(AccessTokenIssuer.defaultLifetime == .seconds(600))
    }
}
