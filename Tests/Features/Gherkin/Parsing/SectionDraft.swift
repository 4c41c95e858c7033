/// What stands directly below a feature or rule header.
struct SectionDraft: Sendable {
    var background: GherkinDocument.Background?
    var scenarios: [GherkinDocument.Scenario] = []
}
