/// How far the parser is with the table and the doc string of a step, which may come in either order.
enum StepArgumentStage: Hashable, Sendable {
    case none
    case table
    case openDocString
    case docString
    case tableThenOpenDocString
    case tableThenDocString
    case docStringThenTable

    var isOpenDocString: Bool { self == .openDocString || self == .tableThenOpenDocString }

    /// The lines that may continue or add an argument.
    var expected: [TokenKind] {
        switch self {
        case .none, .table: [.tableRow, .docStringSeparator]
        case .docString, .docStringThenTable: [.tableRow]
        case .tableThenDocString: []
        case .openDocString, .tableThenOpenDocString: [.docStringSeparator, .other]
        }
    }

    var afterTableRow: StepArgumentStage {
        self == .docString || self == .docStringThenTable ? .docStringThenTable : .table
    }

    var afterSeparator: StepArgumentStage {
        switch self {
        case .table: .tableThenOpenDocString
        case .tableThenOpenDocString: .tableThenDocString
        case .openDocString: .docString
        default: .openDocString
        }
    }
}
