import Correlation
public import Discovery
import FoundationEssentials
import HTTPEdge
public import Hummingbird
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import ServiceLifecycle
import StructuredLogging
import Telemetry
import UnixSignals

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One service's process, from its settings to its end.
///
/// The order of start is: operations listener, background work, HTTP listener, registration once all checks pass. TERM
/// or INT undoes it in reverse: not ready and out of the registry, lame-duck time, listener closed and requests in hand
/// finished, background work stopped, operations listener closed. A second signal ends the process at once.
public struct ServiceProcess: Sendable {
    /// Connections that wait to be taken at most; the system may know a lower limit.
    static let backlog = 1024

    private let name: ServiceName
    private let summary: String
    private let definitions: [Setting]

    /// Creates a process description.
    ///
    /// - Parameters:
    ///   - name: The service's name in the registry and in logs.
    ///   - summary: What it does, one sentence for `--help`.
    ///   - settings: Its settings besides ``ServiceSettings``.
    public init(name: ServiceName, summary: String, settings: [Setting]) {
        self.name = name
        self.summary = summary
        definitions = ServiceSettings.all + settings
    }

    /// Runs the service until it is told to stop, and ends the process.
    ///
    /// Exit codes: 0 after a stop that was asked for, 64 for wrong settings, 70 for a failure at start or later.
    ///
    /// - Parameter make: Builds the service from its environment.
    public func run<Responder: HTTPResponder>(
        make: (ServiceEnvironment) async throws -> ServiceParts<Responder>
    ) async -> Never {
        let environment = ProcessInfo.processInfo.environment
        let arguments = Array(CommandLine.arguments.dropFirst())
        answerQuestions(arguments, environment)
        if arguments.first == HealthQuestion.word { await tellHealth(Array(arguments.dropFirst()), environment) }
        MemoryArenas.limit()
        do {
            let settings = try Settings.load(definitions, arguments: arguments, environment: environment)
            try await run(settings, version: BuildVersion.current(environment: environment), make: make)
            exit(0)
        } catch let error as SettingsError {
            complain(error.description)
            exit(64)
        } catch {
            complain("\(name): \(error)")
            exit(70)
        }
    }

    private func run<Responder: HTTPResponder>(
        _ settings: Settings,
        version: String,
        make: (ServiceEnvironment) async throws -> ServiceParts<Responder>
    ) async throws {
        let instanceID = instanceID(settings)
        LoggingBootstrap.run(
            service: "\(name)",
            level: Logger.Level(rawValue: settings.text("log.level")) ?? .info,
            metadata: ["instance": "\(instanceID)"]
        )
        let metrics = PrometheusRegistry()
        MetricsSystem.bootstrap(metrics)
        let registry = try RegistryURL.registry(settings)
        let logger = Logger(label: "\(name)")
        let certificate = try ServerCertificate.configured(settings, logger: logger, now: { Date.now })
        let tracing = Tracing(settings, service: name, instanceID: instanceID, version: version)
        try await withLogger(logger) { logger in
            try await tracing.bound {
                logger.info("service starting", metadata: ["settings": settings.metadata])
                var parts = try await make(
                    ServiceEnvironment(settings: settings, registry: registry, instanceID: instanceID)
                )
                parts.certificate = certificate
                let information = ProcessInformation(
                    service: "\(name)",
                    instance: instanceID,
                    version: version,
                    startedAt: Date(),
                    processID: getpid(),
                    uptimeSeconds: 0
                )
                do {
                    parts.background = tracing.background + parts.background
                    try await group(parts, settings, registry, metrics, information, logger).run()
                } catch let error as IOError where [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains(error.errnoCode) {
                    throw ListenerFailure(settings: settings, reason: String(cString: strerror(error.errnoCode)))
                }
                logger.info("service stopped")
            }
        }
    }

    private func group<Responder: HTTPResponder>(
        _ parts: ServiceParts<Responder>,
        _ settings: Settings,
        _ registry: any ServiceRegistry,
        _ metrics: PrometheusRegistry,
        _ information: ProcessInformation,
        _ logger: Logger
    ) -> ServiceGroup {
        let readiness = Readiness(checks: parts.checks)
        let connections = ConnectionTracker()
        let (port, operationsPort) = (ListenerPort(), ListenerPort())
        let operations = Application(
            responder: OperationsRoutes(
                readiness: readiness,
                metrics: metrics,
                connections: connections,
                upstreams: parts.upstreams,
                information: information
            ).router().buildResponder(),
            server: .edge(
                limits: .behindGateway,
                isStream: { _, _ in false },
                tracker: ConnectionTracker(),
                logger: logger
            ),
            configuration: configuration(settings, "operations"),
            onServerRunning: { operationsPort.listen(on: $0) },
            logger: logger
        )
        let application = Application(
            responder: parts.responder,
            server: .edge(
                limits: parts.limits,
                isStream: parts.isStream,
                tracker: connections,
                makeShortcut: parts.makeShortcut,
                certificate: parts.certificate,
                logger: logger
            ),
            configuration: configuration(settings, "http", limit: connectionLimit(settings, logger)),
            onServerRunning: { port.listen(on: $0) },
            logger: logger
        )
        let registration = Registration(
            registry: registry,
            service: name,
            instanceID: information.instance,
            host: AdvertisedAddress.address(of: "http", settings),
            operationsHost: AdvertisedAddress.address(of: "operations", settings),
            port: port,
            operationsPort: operationsPort,
            readiness: readiness,
            lameDuck: settings.duration("shutdown.lame-duck")
        )
        let lifeline: [any Service] = settings.text("lifeline") == "stdin" ? [Lifeline()] : []
        let watch = parts.certificate.map { [CertificateWatch(certificate: $0, clock: ContinuousClock())] } ?? []
        var configuration = ServiceGroupConfiguration(
            services: [SecondSignal(), MemoryTrim(connections)] + lifeline + [operations] + watch + parts.background
                + [ReadinessWatch(readiness: readiness), application, registration],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration =
            settings.duration("shutdown.lame-duck") + settings.duration("shutdown.drain")
        configuration.maximumCancellationDuration = .seconds(2)
        return ServiceGroup(configuration: configuration)
    }

    private func connectionLimit(_ settings: Settings, _ logger: Logger) -> ConnectionLimit {
        let standard = ConnectionLimit.standard(descriptors: DescriptorLimit.raise())
        return ConnectionLimit(settings.optionalInteger("http.connections") ?? standard, logger: logger)
    }

    private func configuration(
        _ settings: Settings,
        _ listener: String,
        limit: ConnectionLimit? = nil
    ) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: .hostname(settings.text("\(listener).host"), port: settings.integer("\(listener).port")),
            serverName: nil,
            backlog: Self.backlog,
            availableConnectionsDelegate: limit
        )
    }

    private func instanceID(_ settings: Settings) -> String {
        var generator = SystemRandomNumberGenerator()
        return InstanceID.make(of: name.description, configured: settings.text("instance.id"), using: &generator)
    }

    private func answerQuestions(_ arguments: [String], _ environment: [String: String]) {
        if arguments.contains("--help") {
            print(HelpText.make(service: "\(name)", summary: summary, settings: definitions), terminator: "")
            exit(0)
        }
        if arguments.contains("--version") {
            print("\(name) \(BuildVersion.current(environment: environment))")
            exit(0)
        }
    }

    /// Ends with exit code 0 when the process of these settings is ready, with 1 when it is not.
    private func tellHealth(_ arguments: [String], _ environment: [String: String]) async -> Never {
        do throws(SettingsError) {
            let settings = try Settings.load(definitions, arguments: arguments, environment: environment)
            let answer = await (try HealthQuestion(settings)).ask()
            print(answer.text)
            exit(answer.isReady ? 0 : 1)
        } catch {
            complain(error.description)
            exit(64)
        }
    }

    private func complain(_ text: String) {
        FileHandle.standardErrorWrite(text + "\n")
    }
}

/// An address that cannot be listened on.
private struct ListenerFailure: Error, CustomStringConvertible {
    let description: String

    init(settings: Settings, reason: String) {
        let addresses = ["http", "operations"].map { listener in
            "\(settings.text("\(listener).host")):\(settings.integer("\(listener).port"))"
        }
        description =
            "cannot listen on \(addresses.joined(separator: " or ")): \(reason); --http-port and --operations-port "
            + "choose other ports, 0 a free one"
    }
}

private enum FileHandle {
    static func standardErrorWrite(_ text: String) {
        var text = text
        // Nothing can be done about a standard error that is gone.
        _ = text.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
