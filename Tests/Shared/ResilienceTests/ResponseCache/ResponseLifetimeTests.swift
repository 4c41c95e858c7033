import Testing

@testable import Resilience

@Suite struct ResponseLifetimeTests {
    @Test(arguments: [
        (0, ResponseLifetime.Use.serving), (9, .serving), (10, .servingWhileRevalidating),
        (14, .servingWhileRevalidating), (15, .errorsOnly), (39, .errorsOnly), (40, .nothing), (1000, .nothing),
    ])
    func endsEachUseAtItsTime(_ seconds: Int, use: ResponseLifetime.Use) {
        let lifetime = ResponseLifetime(
            fresh: .seconds(10),
            staleWhileRevalidate: .seconds(5),
            staleIfError: .seconds(30)
        )
        #expect(lifetime.use(atAge: .seconds(seconds)) == use)
        #expect(lifetime.coversErrors(atAge: .seconds(seconds)) == (seconds < 40))
    }

    @Test func isServedWhileRevalidatingLongerThanForErrors() {
        let lifetime = ResponseLifetime(
            fresh: .seconds(1),
            staleWhileRevalidate: .seconds(9),
            staleIfError: .seconds(2)
        )
        #expect(lifetime.use(atAge: .seconds(9)) == .servingWhileRevalidating)
        #expect(!lifetime.coversErrors(atAge: .seconds(9)))
        #expect(lifetime.use(atAge: .seconds(10)) == .nothing)
    }

    @Test func takesNegativeTimesForZero() {
        let lifetime = ResponseLifetime(
            fresh: .seconds(-1),
            staleWhileRevalidate: .seconds(-2),
            staleIfError: .seconds(-3)
        )
        #expect(lifetime == .none)
        #expect(lifetime.use(atAge: .zero) == .nothing)
    }
}
