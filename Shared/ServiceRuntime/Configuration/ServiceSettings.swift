/// The settings that every service has.
public enum ServiceSettings {
    /// How long a service goes on serving after it was told to stop, unless configured otherwise.
    public static let defaultLameDuck = Duration.seconds(5)
    /// How long requests in hand may take after the listener closed, unless configured otherwise.
    public static let defaultDrain = Duration.seconds(15)

    /// The definitions.
    public static let all: [Setting] = [
        Setting("config.file", .text, default: "", "A JSON file with settings."),
        Setting("http.host", .text, default: "127.0.0.1", "The address that the service listens on."),
        Setting("http.port", .integer(0...65535), default: "0", "The port that the service listens on; 0 finds one."),
        Setting(
            "http.advertise",
            .text,
            default: "",
            "The address that the registry tells others; empty: the listener's, or one of this machine's for 0.0.0.0."
        ),
        Setting(
            "http.connections",
            .optionalInteger(1...1_000_000),
            default: "",
            "Connections at a time; three quarters of the descriptors that there may be when nothing is said."
        ),
        Setting(
            "http.tls.certificate",
            .text,
            default: "",
            "A PEM file with the certificate and its chain: the service speaks TLS only; read again when it changes."
        ),
        Setting("http.tls.key", .text, default: "", "The PEM file with the certificate's private key, unencrypted."),
        Setting("operations.host", .text, default: "127.0.0.1", "The address of the operations listener."),
        Setting("operations.port", .integer(0...65535), default: "0", "The operations listener's port; 0 finds one."),
        Setting(
            "registry.url",
            .url(schemes: ["lease-directory", "etcd", "dns"]),
            "Where services find each other: lease-directory:PATH, etcd://HOST:2379,…, or dns:_{service}._tcp.example.internal."
        ),
        Setting("registry.lease", .duration(.seconds(1)...(.seconds(600))), default: "6s", "How long a lease lives."),
        Setting("instance.id", .text, default: "", "This replica's name in logs and registry; empty makes one."),
        Setting(
            "log.level",
            .choice(["trace", "debug", "info", "notice", "warning", "error"]),
            default: "info",
            "The lowest level that is logged."
        ),
        Setting(
            "tracing.url",
            .url(schemes: ["http", "https"]),
            default: "",
            "The OpenTelemetry collector that spans are sent to, such as http://collector:4318; empty: none are recorded."
        ),
        Setting(
            "tracing.percent",
            .integer(0...100),
            default: "100",
            "The share of the traces that begin here and are recorded; others are recorded if their callers say so."
        ),
        Setting(
            "shutdown.lame-duck",
            .duration(.zero...(.seconds(60))),
            default: DurationText.format(defaultLameDuck),
            "How long to go on serving after TERM, so that callers learn of it."
        ),
        Setting(
            "shutdown.drain",
            .duration(.zero...(.seconds(60))),
            default: DurationText.format(defaultDrain),
            "How long requests in hand may take after that."
        ),
        Setting(
            "lifeline",
            .choice(["none", "stdin"]),
            default: "none",
            "stdin: stop when standard input ends, so that no service outlives its parent."
        ),
    ]
}
