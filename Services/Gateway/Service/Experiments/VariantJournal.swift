import HTTPProxy
import Metrics
import Resilience

/// How long the requests of an arm take, and how they end: `clowder_variant_duration_seconds`, by `experiment`, `arm`
/// and `outcome`.
enum VariantJournal {
    static func record(_ variant: ProxyVariant, status: Int, taking duration: Duration) {
        Timer(
            label: "clowder_variant_duration_seconds",
            dimensions: [
                ("experiment", variant.experiment), ("arm", variant.arm), ("outcome", outcome(status)),
            ]
        ).recordNanoseconds(Int64(duration.seconds * 1e9))
    }

    private static func outcome(_ status: Int) -> String {
        switch status {
        case ..<400: "ok"
        case 499: "cancelled"
        case ..<500: "client-error"
        default: "server-error"
        }
    }
}
