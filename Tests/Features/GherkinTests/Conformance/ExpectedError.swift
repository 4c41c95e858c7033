import Gherkin

/// A parse error as the reference parser writes it, with every field it has.
struct ExpectedError: Decodable, Equatable {
    struct Line: Decodable {
        let parseError: ExpectedError
    }

    struct Source: Decodable, Equatable {
        let location: Place
        let uri: String
    }

    struct Place: Decodable, Equatable {
        let line: Int
        let column: Int?
    }

    let message: String
    let source: Source
}

extension ExpectedError {
    /// Writes an error the way the reference parser does.
    init(_ error: GherkinError, uri: String) {
        let place = Place(line: error.location.line, column: error.location.column)
        self.init(message: error.description, source: Source(location: place, uri: uri))
    }
}
