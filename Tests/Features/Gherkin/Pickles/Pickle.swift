/// A scenario ready to run: background steps in place, placeholders filled in, tags inherited.
package struct Pickle: Hashable, Sendable {
    /// The identifier, unique among the nodes and pickles of the document.
    package let id: Int

    /// The name the source was parsed under.
    package let uri: String

    /// The place of the scenario, or of the examples row that made it.
    package let location: Location

    /// The scenario's name with placeholders filled in.
    package let name: String

    /// The dialect of the source.
    package let language: String

    /// The steps in order; empty when the scenario has none of its own.
    package let steps: [PickleStep]

    /// The tags of feature, rule, scenario and examples, in this order and with repetitions.
    package let tags: [PickleTag]

    /// The identifiers of the scenario and, for an outline, of the examples row.
    package let astNodeIDs: [Int]
}

extension Pickle: CustomStringConvertible {
    package var description: String { "\(uri):\(location.line) \(name)" }
}
