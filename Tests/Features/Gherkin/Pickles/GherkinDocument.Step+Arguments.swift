extension GherkinDocument.Step {
    /// The table with placeholders filled in, or nothing when the step has none.
    func pickleTable(_ values: ExampleValues) -> PickleTable? {
        guard let first = tableRows.first else { return nil }
        let index = docString.map { $0.location.line < first.location.line ? 2 : 1 }
        return PickleTable(rows: tableRows.map { $0.cells.map(values.fill) }, argumentIndex: index)
    }

    /// The doc string with placeholders filled in, or nothing when the step has none.
    func pickleDocString(_ values: ExampleValues) -> PickleDocString? {
        guard let docString else { return nil }
        let index = tableRows.first.map { $0.location.line < docString.location.line ? 2 : 1 }
        return PickleDocString(
            content: values.fill(docString.content),
            mediaType: docString.mediaType.map(values.fill),
            argumentIndex: index
        )
    }
}
