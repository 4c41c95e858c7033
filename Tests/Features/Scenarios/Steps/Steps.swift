import Gherkin

/// The step definitions of all features.
enum Steps {
    static let all: StepRegistry<ScenarioWorld> = {
        var steps = StepRegistry<ScenarioWorld>()
        AnswerSteps.define(in: &steps)
        AccountSteps.define(in: &steps)
        MailSteps.define(in: &steps)
        SessionSteps.define(in: &steps)
        ListingSteps.define(in: &steps)
        SearchSteps.define(in: &steps)
        ImportSteps.define(in: &steps)
        DeadLetterSteps.define(in: &steps)
        CorrelationSteps.define(in: &steps)
        LoadSteps.define(in: &steps)
        ProcessSteps.define(in: &steps)
        return steps
    }()
}
