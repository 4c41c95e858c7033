import Gherkin

/// A pickle as the reference compiler writes it, with every field it has.
struct ExpectedPickle: Decodable, Equatable {
    struct Line: Decodable {
        let pickle: ExpectedPickle
    }

    struct Place: Decodable, Equatable {
        let line: Int
        let column: Int?
    }

    struct Tag: Decodable, Equatable {
        let astNodeId: String
        let name: String
    }

    struct Step: Decodable, Equatable {
        let id: String
        let astNodeIds: [String]
        let text: String
        let type: String
        let argument: Argument?
    }

    struct Argument: Decodable, Equatable {
        let dataTable: Table?
        let docString: DocString?
    }

    struct Table: Decodable, Equatable {
        struct Row: Decodable, Equatable {
            let cells: [Cell]
        }

        struct Cell: Decodable, Equatable {
            let value: String
        }

        let argumentIndex: Int?
        let rows: [Row]
    }

    struct DocString: Decodable, Equatable {
        let argumentIndex: Int?
        let content: String
        let mediaType: String?
    }

    let id: String
    let uri: String
    let location: Place
    let name: String
    let language: String
    let steps: [Step]
    let tags: [Tag]
    let astNodeIds: [String]
}

extension ExpectedPickle {
    /// Writes a pickle the way the reference compiler does.
    init(_ pickle: Pickle) {
        self.init(
            id: "\(pickle.id)",
            uri: pickle.uri,
            location: Place(line: pickle.location.line, column: pickle.location.column),
            name: pickle.name,
            language: pickle.language,
            steps: pickle.steps.map(Step.init),
            tags: pickle.tags.map { Tag(astNodeId: "\($0.astNodeID)", name: $0.name) },
            astNodeIds: pickle.astNodeIDs.map(String.init)
        )
    }
}

extension ExpectedPickle.Step {
    fileprivate init(_ step: PickleStep) {
        let table = step.table.map { table in
            ExpectedPickle.Table(
                argumentIndex: table.argumentIndex,
                rows: table.rows.map { .init(cells: $0.map(ExpectedPickle.Table.Cell.init)) }
            )
        }
        let docString = step.docString.map { docString in
            ExpectedPickle.DocString(
                argumentIndex: docString.argumentIndex,
                content: docString.content,
                mediaType: docString.mediaType
            )
        }
        self.init(
            id: "\(step.id)",
            astNodeIds: step.astNodeIDs.map(String.init),
            text: step.text,
            type: step.role.rawValue,
            argument: table == nil && docString == nil ? nil : .init(dataTable: table, docString: docString)
        )
    }
}
