import BalancingLab

/// Prints the table of the balancing laboratory; `--seed` draws other traffic.
@main
enum BalancingLabMain {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let seed = seed(in: Array(arguments)) else {
            print("usage: balancing-lab [--seed NUMBER]")
            return
        }
        print(Laboratory(seed: seed).table(), terminator: "")
    }

    private static func seed(in arguments: [String]) -> UInt64? {
        switch arguments.count {
        case 0: Laboratory.defaultSeed
        case 2 where arguments[0] == "--seed": UInt64(arguments[1])
        default: nil
        }
    }
}
