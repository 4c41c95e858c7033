@testable import MailWorkerService

/// Delivers nothing and fails in the way that it is told.
struct StubTransport: MailTransport {
    var permanence: DeliveryError.Permanence

    func deliver(_ mail: ComposedMail) async throws(DeliveryError) {
        throw DeliveryError(permanence: permanence, description: "the stub refuses")
    }

    func check() async throws(DeliveryError) {}
}
