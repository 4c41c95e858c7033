/// The text of `--help`.
enum HelpText {
    static func make(service: String, summary: String, settings: [Setting]) -> String {
        var text = "\(service): \(summary)\n\n"
        text += "Settings, as flag or environment variable, or in the JSON file that --config-file names:\n"
        for setting in settings.sorted(by: { $0.key < $1.key }) {
            let standard = setting.defaultText.map { $0.isEmpty ? "empty by default" : "default \($0)" } ?? "required"
            text += "\n  \(setting.flag)=…   \(setting.variable)\n"
            text += "      \(setting.summary)\n"
            text += "      \(setting.expectation); \(standard)\n"
        }
        return text + """

              --help     this text
              --version  the version
              health     asks the process that runs with the same settings whether it is ready; exit code 0 or 1

            """
    }
}
