import ArgumentParser

@main
struct Clowder: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clowder",
        abstract: "Runs Clowder on this machine and works with what runs.",
        subcommands: [Up.self, Import.self, Bench.self, BenchQueue.self, BenchStack.self, Chaos.self]
    )
}
