import Discovery
import HTTPProxy
import Resilience

/// The experiments that routes name.
struct Experiments: Sendable {
    /// The arm that a request is in.
    struct Arm: Sendable {
        let variant: ProxyVariant
        /// The service that answers in place of the route's own.
        let service: ServiceName?
    }

    /// One experiment.
    struct Experiment: Sendable {
        let assignment: VariantAssignment
        /// Its arms by name.
        let arms: [String: Arm]

        init(_ setting: ExperimentSetting) {
            let name = setting.assignment.experiment
            assignment = setting.assignment
            arms = setting.assignment.arms.reduce(into: [:]) { arms, arm in
                let variant = ProxyVariant(experiment: name, arm: arm.name)
                arms[arm.name] = Arm(variant: variant, service: setting.services[arm.name])
            }
        }

        /// The name of a subject's arm; all whose address is not known are one subject.
        func name(of subject: String?) -> String { assignment.arm(of: subject ?? "").name }
    }

    private let experiments: [String: Experiment]

    init(_ settings: [ExperimentSetting]) {
        experiments = settings.reduce(into: [:]) { $0[$1.assignment.experiment] = Experiment($1) }
    }

    func experiment(_ name: String?) -> Experiment? { name.flatMap { experiments[$0] } }

    /// The arm of a subject: an account, or the address of a client that has none.
    func arm(of subject: String?, in name: String?) -> Arm? {
        guard let experiment = experiment(name) else { return nil }
        return experiment.arms[experiment.name(of: subject)]
    }
}
