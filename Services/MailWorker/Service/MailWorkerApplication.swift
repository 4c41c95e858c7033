package import FoundationEssentials
package import Hummingbird
import MailWorkerContract
import Messaging
import NATS
package import ServiceLifecycle
package import ServiceRuntime

/// Builds the mail worker: the consumers of its queue and the routes of its dead letters.
///
/// - Parameters:
///   - configuration: The settings.
///   - access: Who may do what.
///   - background: Work that the guard needs, such as following the users service.
///   - now: The wall clock.
/// - Returns: The responder of the dead letters' routes, the consumers after `background`, and the checks of queue and mail
///   folder.
/// - Throws: When the queue or the mail folder cannot be opened.
package func makeMailWorkerApplication(
    configuration: MailWorkerConfiguration,
    access: AccessGuard,
    background: [any Service],
    now: @escaping @Sendable () -> Date
) throws -> ServiceParts<RouterResponder<ServiceRequestContext>> {
    let queue = try configuration.queue.open(now: now)
    let (transport, mailChecks) = try configuration.mail.transport(sender: configuration.sender)
    let composer = try MailComposer(publicURL: configuration.publicURL, sender: configuration.sender)
    let delivery = MailDelivery(composer: composer, transport: transport, now: now)
    let erasure = AccountErasureHandler(messages: queue)
    let router = Router(context: ServiceRequestContext.self)
    DeadLetterRoutes(letters: queue, access: access).add(to: router)
    return ServiceParts(
        responder: ServiceResponder(
            router.buildResponder(),
            deadlines: .service(),
            mapError: MailWorkerErrors.problem
        ),
        background: background + [
            QueueConsumer(queue: queue, settings: consumerSettings(MailJob.topic, configuration)) {
                await delivery.handle($0)
            },
            QueueConsumer(queue: queue, settings: consumerSettings(AccountErasure.topic, configuration)) {
                await erasure.handle($0)
            },
            BacklogWatch(of: queue),
        ],
        checks: [
            Readiness.Check("mail queue") { _ = try await queue.depth() }
        ] + mailChecks
    )
}

private func consumerSettings(_ topic: String, _ configuration: MailWorkerConfiguration) -> QueueConsumer.Settings {
    QueueConsumer.Settings(
        topic: topic,
        concurrency: configuration.concurrency,
        lease: configuration.lease,
        schedule: RetrySchedule(maximumAttempts: configuration.attempts, unit: configuration.retryUnit)
    )
}
