// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "clowder",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-service-context", exact: "1.5.1"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        // MARK: Shared
        .systemLibrary(name: "CCrypt", path: "Shared/System/CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CHiredis", path: "Shared/System/CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CMalloc", path: "Shared/System/CMalloc"),
        .systemLibrary(name: "CNATS", path: "Shared/System/CNATS", providers: [.apt(["libnats-dev"])]),
        .systemLibrary(name: "CPostgreSQL", path: "Shared/System/CPostgreSQL", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSQLite", path: "Shared/System/CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .shared("InputValidation"),
        .shared("Correlation", outside: [.httpTypes, .serviceContext]),
        .shared("PasswordHashing", uses: ["CCrypt"], outside: [.crypto, .nioPosix]),
        .target(name: "CResolver", path: "Shared/CResolver", linkerSettings: [.linkedLibrary("resolv")]),
        .shared("Discovery", uses: ["CResolver"]),
        .target(name: "CCurl", path: "Shared/CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .shared("SMTP", uses: ["CCurl"], outside: [.nioPosix]),
        .shared("Resilience"),
        .shared("Etcd", uses: ["Discovery", "Resilience"], outside: [.asyncHTTPClient, .nioCore, .nioHTTP1]),
        .shared("Redis", uses: ["CHiredis", "Resilience"], outside: [.crypto, .lifecycle, .nioCore, .nioPosix]),
        .shared("SQLStorage"),
        .shared("SQLiteStorage", uses: ["CSQLite", "SQLStorage"], outside: [.nioPosix]),
        .shared(
            "PostgreSQL",
            uses: ["CPostgreSQL", "SQLStorage"],
            outside: [.log, .metrics, .nioPosix, .serviceContext]
        ),
        .shared("LoadBalancing", uses: ["Discovery"], outside: [.log, .metrics]),
        .shared("StructuredLogging", uses: ["Correlation"], outside: [.log, .serviceContext]),
        .shared(
            "Telemetry",
            uses: ["Correlation"],
            outside: [.asyncHTTPClient, .coreMetrics, .lifecycle, .log, .nioCore, .nioHTTP1]
        ),
        .shared(
            "Messaging",
            uses: ["Correlation", "SQLStorage", "SQLiteStorage"],
            outside: [.log, .metrics, .serviceContext, .lifecycle]
        ),
        .shared("NATS", uses: ["CNATS", "Discovery", "Messaging"], outside: [.log, .metrics, .nioPosix]),
        .shared("HTTPEdge", outside: [.httpTypes, .nioCore, .nioHTTP2, .nioHTTPTypes, .nioHTTPTypesHTTP2]),
        .shared("Mail", uses: ["InputValidation", "SMTP"]),
        .shared("Tokens", outside: [.crypto, .jwtKit]),
        .shared("AccessPolicy", resources: [.embedInCode("Resources/access-policy.json")]),
        .shared(
            "ServiceClient",
            uses: ["Correlation", "Discovery", "LoadBalancing", "Resilience"],
            outside: [.asyncHTTPClient, .httpTypes, .log, .metrics, .nioCore, .nioHTTP1, .nioPosix, .serviceContext]
        ),
        .shared(
            "HTTPProxy",
            uses: ["Correlation", "Discovery", "HTTPEdge", "LoadBalancing", "Resilience"],
            outside: [.httpTypes, .nioCore, .nioPosix]
        ),
        .shared("TCPProxy", uses: ["Discovery", "LoadBalancing"], outside: [.nioCore, .nioPosix]),
        .shared(
            "ServiceRuntime",
            uses: [
                "AccessPolicy", "CMalloc", "Correlation", "Discovery", "Etcd", "HTTPEdge", "InputValidation",
                "LoadBalancing", "Resilience", "ServiceClient", "StructuredLogging", "Telemetry", "Tokens",
            ],
            outside: [
                .asyncHTTPClient, .configuration, .httpTypes, .hummingbird, .hummingbirdCore, .lifecycle, .log,
                .metrics, .nioCore, .nioHTTP1, .nioHTTP2, .nioHTTPTypes, .nioHTTPTypesHTTP2, .nioSSL, .nioTLS,
                .serviceContext, .unixSignals,
            ]
        ),

        // MARK: Services
        .part(.contract, of: "Users", uses: ["Discovery"]),
        .part(.domain, of: "Users", uses: ["InputValidation"], outside: [.crypto]),
        .part(
            .service,
            of: "Users",
            uses: [
                "AccessPolicy", "Correlation", "InputValidation", "MailWorkerContract", "Messaging", "NATS",
                "PasswordHashing", "PostgreSQL", "SQLStorage", "SQLiteStorage", "ServiceRuntime", "Tokens",
                "UsersContract", "UsersDomain",
            ],
            outside: [.crypto, .httpTypes, .hummingbird, .lifecycle, .log, .metrics, .serviceContext]
        ),
        .main(of: "Users", named: "users", uses: ["PasswordHashing", "UsersDomain"]),
        .part(.contract, of: "Search", uses: ["Discovery"]),
        .part(.domain, of: "Search", uses: ["InputValidation"]),
        .part(
            .service,
            of: "Search",
            uses: [
                "AccessPolicy", "InputValidation", "PostgreSQL", "Resilience", "SQLStorage", "SQLiteStorage",
                "SearchContract", "SearchDomain", "ServiceRuntime",
            ],
            outside: [.httpTypes, .hummingbird, .lifecycle, .log, .nioCore]
        ),
        .main(of: "Search", named: "search", uses: ["SearchContract", "Tokens"]),
        .part(.contract, of: "MailWorker", uses: ["Discovery"]),
        .part(
            .service,
            of: "MailWorker",
            uses: [
                "AccessPolicy", "Correlation", "InputValidation", "Mail", "MailWorkerContract", "Messaging", "NATS",
                "SMTP", "ServiceRuntime", "StructuredLogging", "Tokens",
            ],
            outside: [.hummingbird, .lifecycle, .log, .serviceContext],
            resources: [.embedInCode("Resources")]
        ),
        .main(of: "MailWorker", named: "mail-worker", uses: ["MailWorkerContract", "Tokens"]),
        .part(
            .service,
            of: "Gateway",
            uses: [
                "AccessPolicy", "Correlation", "Discovery", "HTTPEdge", "HTTPProxy", "InputValidation", "LoadBalancing",
                "Redis", "Resilience", "ServiceClient", "ServiceRuntime", "StructuredLogging", "TCPProxy", "Tokens",
            ],
            outside: [.asyncHTTPClient, .httpTypes, .hummingbird, .lifecycle, .log, .metrics, .nioCore, .nioPosix],
            resources: [.embedInCode("Resources")]
        ),
        .main(of: "Gateway", named: "gateway", uses: ["Discovery", "Tokens"]),

        // MARK: The stack without Docker, and the laboratory of pick policies
        .target(
            name: "LocalStack",
            dependencies: [
                "Discovery", .asyncHTTPClient, .httpTypes, .nioCore, .nioHTTP1, .nioPosix, .subprocess, .system,
            ],
            path: "deploy/local/LocalStack"
        ),
        .executableTarget(
            name: "clowder",
            dependencies: [
                "LocalStack", "Messaging", "NATS", "PasswordHashing", .argumentParser, .httpTypes, .lifecycle, .log,
                .nioCore, .subprocess, .system, .unixSignals,
            ],
            path: "deploy/local/Main"
        ),
        .target(
            name: "BalancingLab",
            dependencies: ["Discovery", "LoadBalancing", .log],
            path: "deploy/lab/BalancingLab"
        ),
        .executableTarget(name: "balancing-lab", dependencies: ["BalancingLab"], path: "deploy/lab/Main"),

        // MARK: Tests
        .target(name: "Gherkin", path: "Tests/Features/Gherkin"),
        .testTarget(name: "GherkinTests", dependencies: ["Gherkin"], path: "Tests/Features/GherkinTests"),
        .support("TestSupport"),
        .support(
            "ServiceTestSupport",
            [
                "AccessPolicy", "InputValidation", "PostgreSQL", "SQLStorage", .httpTypes, .hummingbirdTesting,
                .nioCore,
            ]
        ),
        .support("Conformance", ["Discovery", "Mail", "Messaging", "Resilience", "SQLStorage", "TestSupport"]),
        .support("StackSupport", ["LocalStack", "TestSupport"]),
        .tests(of: "InputValidation"),
        .tests(of: "Correlation", outside: [.httpTypes, .serviceContext]),
        .tests(of: "PasswordHashing"),
        .tests(of: "Discovery", uses: ["Conformance"]),
        .tests(of: "Etcd"),
        .tests(of: "SMTP"),
        .tests(of: "Mail", uses: ["Conformance", "SMTP"]),
        .tests(of: "Resilience", uses: ["Conformance"]),
        .tests(of: "Redis", outside: [.nioCore]),
        .tests(of: "SQLiteStorage", uses: ["CSQLite", "Conformance", "Resilience", "SQLStorage"]),
        .tests(of: "LoadBalancing", uses: ["Discovery"], outside: [.inMemoryLogging, .log, .metrics, .metricsTestKit]),
        .tests(of: "BalancingLab", uses: ["LoadBalancing"]),
        .tests(of: "StructuredLogging", uses: ["Correlation"], outside: [.log, .serviceContext]),
        .tests(of: "Telemetry", uses: ["Correlation"], outside: [.hummingbird, .lifecycle, .log, .metrics, .nioCore]),
        .tests(of: "NATS", uses: ["Messaging"]),
        .tests(of: "PostgreSQL", uses: ["SQLStorage"]),
        .tests(
            of: "Messaging",
            uses: ["Conformance", "Correlation", "SQLStorage", "SQLiteStorage"],
            outside: [.lifecycle, .log, .metrics, .metricsTestKit, .serviceContext]
        ),
        .tests(of: "HTTPEdge", outside: [.httpTypes, .nioCore, .nioEmbedded, .nioHTTP2, .nioHTTPTypes]),
        .tests(
            of: "HTTPProxy",
            uses: ["Conformance", "Discovery", "HTTPEdge", "LoadBalancing", "Resilience"],
            outside: [.httpTypes, .nioCore, .nioPosix]
        ),
        .tests(of: "TCPProxy", uses: ["Discovery", "LoadBalancing"], outside: [.nioCore, .nioPosix]),
        .tests(of: "Tokens", outside: [.crypto, .jwtKit]),
        .tests(of: "AccessPolicy"),
        .tests(
            of: "ServiceClient",
            uses: ["Correlation", "Discovery", "LoadBalancing", "Resilience"],
            outside: [.asyncHTTPClient, .httpTypes, .hummingbird, .log, .nioCore, .nioPosix, .serviceContext]
        ),
        .tests(
            of: "ServiceRuntime",
            uses: [
                "AccessPolicy", "Correlation", "Discovery", "HTTPEdge", "InputValidation", "LoadBalancing",
                "Resilience", "ServiceClient", "StructuredLogging", "Telemetry", "Tokens",
            ],
            outside: [
                .asyncHTTPClient, .configuration, .coreMetrics, .httpTypes, .hummingbird, .hummingbirdCore,
                .hummingbirdTesting, .inMemoryLogging, .lifecycle, .log, .nioCore, .nioHTTP1, .nioPosix,
                .nioSSL, .nioTLS, .serviceContext,
            ]
        ),
        .tests(
            ofService: "Users",
            uses: [
                "Correlation", "Discovery", "MailWorkerContract", "Messaging", "PasswordHashing", "PostgreSQL",
                "SQLStorage", "SQLiteStorage", "UsersContract", "UsersDomain",
            ]
        ),
        .tests(
            ofService: "Search",
            uses: ["Discovery", "PostgreSQL", "SQLStorage", "SQLiteStorage", "SearchContract", "SearchDomain"]
        ),
        .tests(
            ofService: "MailWorker",
            uses: [
                "Conformance", "Correlation", "Mail", "MailWorkerContract", "Messaging", "SQLStorage", "SQLiteStorage",
                "SMTP", "StructuredLogging",
            ]
        ),
        .tests(
            ofService: "Gateway",
            uses: [
                "Conformance", "Correlation", "Discovery", "HTTPProxy", "LoadBalancing", "MailWorkerContract", "Redis",
                "Resilience", "SearchContract", "TCPProxy", "UsersContract",
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Conformance", "Discovery", "Etcd", "InputValidation", "LocalStack", "Mail", "Messaging", "NATS",
                "PostgreSQL", "Redis", "Resilience", "SMTP", "SQLStorage", "SQLiteStorage", "StackSupport",
                "TestSupport", .httpTypes, .metrics, .metricsTestKit, .nioCore, .nioHTTP1, .nioPosix, .subprocess,
                .system,
            ],
            path: "Tests/Integration"
        ),
        .testTarget(
            name: "FeatureTests",
            dependencies: [
                "Gherkin", "InputValidation", "LocalStack", "StackSupport", "TestSupport", .httpTypes, .subprocess,
                .system,
            ],
            path: "Tests/Features/Scenarios"
        ),
    ]
)

for target in package.targets where target.type != .system {
    let features = [
        "ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility", "NonisolatedNonsendingByDefault",
    ]
    target.swiftSettings = features.map { .enableUpcomingFeature($0) }
    target.swiftSettings? += [.treatAllWarnings(as: .error), .treatWarning("StrictLanguageFeatures", as: .error)]
}

// The toolchain's linker, packed relocations and no exported names: each process holds some 8 MiB less.
for target in package.targets where target.type == .executable {
    target.linkerSettings = [
        .unsafeFlags(
            ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic"],
            .when(platforms: [.linux])
        )
    ]
}

// MARK: The vocabulary of the tree

extension Target {
    /// A reusable library below `Shared/`.
    static func shared(
        _ name: String,
        uses targets: [String] = [],
        outside products: [Dependency] = [],
        resources: [Resource]? = nil
    ) -> Target {
        .target(
            name: name,
            dependencies: targets.map { .init(stringLiteral: $0) } + products,
            path: "Shared/\(name)",
            resources: resources
        )
    }

    /// A part of a service: its contract, its domain or its routes, stores and workers.
    static func part(
        _ part: Part,
        of service: String,
        uses targets: [String] = [],
        outside products: [Dependency] = [],
        resources: [Resource]? = nil
    ) -> Target {
        .target(
            name: service + part.rawValue,
            dependencies: targets.map { .init(stringLiteral: $0) } + products,
            path: "Services/\(service)/\(part.rawValue)",
            resources: resources
        )
    }

    /// A service's executable; each asks what its caller may do, of tokens that `users` has signed.
    static func main(of service: String, named name: String, uses targets: [String]) -> Target {
        let all = [service + Part.service.rawValue, "AccessPolicy", "ServiceRuntime", "UsersContract"] + targets
        return .executableTarget(
            name: name,
            dependencies: all.map { .init(stringLiteral: $0) },
            path: "Services/\(service)/Main"
        )
    }

    /// What several test targets use.
    static func support(_ name: String, _ dependencies: [Dependency] = []) -> Target {
        .target(name: name, dependencies: dependencies, path: "Tests/\(name)")
    }

    /// The tests of a library below `Shared/`.
    static func tests(of name: String, uses targets: [String] = [], outside products: [Dependency] = []) -> Target {
        .testTarget(
            name: "\(name)Tests",
            dependencies: ([name, "TestSupport"] + targets).map { .init(stringLiteral: $0) } + products,
            path: "Tests/Shared/\(name)Tests"
        )
    }

    /// The tests of a service through its router, in process.
    static func tests(ofService name: String, uses targets: [String]) -> Target {
        let common = [
            "\(name)Service", "ServiceTestSupport", "TestSupport", "AccessPolicy", "InputValidation", "ServiceClient",
            "ServiceRuntime", "Tokens",
        ]
        return .testTarget(
            name: "\(name)ServiceTests",
            dependencies: (common + targets).map { .init(stringLiteral: $0) } + [
                .asyncHTTPClient, .configuration, .crypto, .httpTypes, .hummingbird, .hummingbirdTesting,
                .inMemoryLogging, .lifecycle, .log, .metrics, .metricsTestKit, .nioCore, .serviceContext,
            ],
            path: "Tests/Services/\(name)ServiceTests"
        )
    }
}

/// What a service is made of.
enum Part: String {
    case contract = "Contract"
    case domain = "Domain"
    case service = "Service"
}

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let inMemoryLogging = product(name: "InMemoryLogging", package: "swift-log")
    static let jwtKit = product(name: "JWTKit", package: "jwt-kit")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let log = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let metricsTestKit = product(name: "MetricsTestKit", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTP2 = product(name: "NIOHTTP2", package: "swift-nio-http2")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP2 = product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioTLS = product(name: "NIOTLS", package: "swift-nio")
    static let serviceContext = product(name: "ServiceContextModule", package: "swift-service-context")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let system = product(name: "SystemPackage", package: "swift-system")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}
