extension SourceLine {
    /// The dialect that a comment of the form `# language: en` names, or nothing for any other line.
    var languageHeader: String? {
        guard let comment = remainder(after: "#"),
            let assignment = SourceLine(number: number, text: comment).remainder(after: "language"),
            let language = SourceLine(number: number, text: assignment).remainder(after: ":"),
            !language.isEmpty, language.unicodeScalars.allSatisfy(Self.isAllowedInLanguage)
        else { return nil }
        return language
    }

    private static func isAllowedInLanguage(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "-", "_": true
        default: false
        }
    }
}
