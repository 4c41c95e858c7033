/// Something about a stack that its owner wants to know.
package enum StackEvent: Sendable, CustomStringConvertible {
    /// A process registered for the first time.
    case ready(process: String, address: String)
    /// A process ended by itself.
    case ended(process: String, how: String, restartIn: Duration?)
    /// A process was told to stop and has stopped.
    case stopped(process: String)

    package var description: String {
        switch self {
        case .ready(let process, let address): "\(process) is ready on \(address)"
        case .ended(let process, let how, let pause?):
            "\(process) \(how); it is started again in \(pause.formatted)"
        case .ended(let process, let how, nil): "\(process) \(how)"
        case .stopped(let process): "\(process) stopped"
        }
    }
}

extension Duration {
    fileprivate var formatted: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
