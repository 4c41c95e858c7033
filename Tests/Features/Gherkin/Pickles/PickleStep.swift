/// A step ready to run.
package struct PickleStep: Hashable, Sendable {
    /// The role of a step, with continuations resolved to the role they continue.
    package enum Role: String, Hashable, Sendable {
        /// The step describes the state before the action.
        case context = "Context"

        /// The step is the action.
        case action = "Action"

        /// The step checks what the action led to.
        case outcome = "Outcome"

        /// Neither the step nor one before it tells.
        case unknown = "Unknown"
    }

    /// The identifier, unique among the nodes and pickles of the document.
    package let id: Int

    /// The place of the step in the source.
    package let location: Location

    /// The role of the step.
    package let role: Role

    /// The text after the keyword with placeholders filled in.
    package let text: String

    /// The table below the step.
    package let table: PickleTable?

    /// The doc string below the step.
    package let docString: PickleDocString?

    /// The identifiers of the step in the document and, for an outline, of the examples row.
    package let astNodeIDs: [Int]

    /// Creates a step that does not come from a document, for trying step definitions.
    package init(text: String, table: PickleTable? = nil, docString: PickleDocString? = nil) {
        self.init(
            id: 0,
            location: Location(line: 1),
            role: .unknown,
            text: text,
            table: table,
            docString: docString,
            astNodeIDs: []
        )
    }

    init(
        id: Int,
        location: Location,
        role: Role,
        text: String,
        table: PickleTable?,
        docString: PickleDocString?,
        astNodeIDs: [Int]
    ) {
        self.id = id
        self.location = location
        self.role = role
        self.text = text
        self.table = table
        self.docString = docString
        self.astNodeIDs = astNodeIDs
    }
}
