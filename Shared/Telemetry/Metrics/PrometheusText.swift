/// The spelling of the Prometheus text format 0.0.4.
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// A metric's name: what `[a-zA-Z_:][a-zA-Z0-9_:]*` does not allow becomes `_`.
    static func name(_ label: String) -> String {
        var name = ""
        for scalar in label.unicodeScalars {
            let isLetter =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar == ":"
            let isDigit = ("0"..."9").contains(scalar)
            if isDigit, name.isEmpty { name += "_" }
            name.unicodeScalars.append(isLetter || isDigit ? scalar : "_")
        }
        return name
    }

    /// Labels without braces, ordered by name, values escaped; of two with one name the first stays.
    static func labels(_ dimensions: [(String, String)]) -> String {
        Dictionary(dimensions.map { (labelName($0.0), $0.1) }) { first, _ in first }
            .sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(escaped($0.value))\"" }
            .joined(separator: ",")
    }

    /// A label's name, which has no colon.
    private static func labelName(_ label: String) -> String {
        String(name(label).map { $0 == ":" ? "_" : $0 })
    }

    /// Adds the lines of one series.
    static func append(_ cell: any AnyObject & Sendable, name: String, labels: String, to text: inout String) {
        switch cell {
        case let counter as CounterCell: text += line(name, labels, counter.current)
        case let gauge as GaugeCell: text += line(name, labels, gauge.current)
        case let histogram as HistogramCell:
            let contents = histogram.current
            var cumulative = 0
            for (bound, count) in zip(histogram.bounds, contents.counts) {
                cumulative += count
                text += line(name + "_bucket", with(labels, "le=\"\(number(bound))\""), Double(cumulative))
            }
            text += line(name + "_bucket", with(labels, "le=\"+Inf\""), Double(contents.count))
            text += line(name + "_sum", labels, contents.sum)
            text += line(name + "_count", labels, Double(contents.count))
        default: break
        }
    }

    private static func line(_ name: String, _ labels: String, _ value: Double) -> String {
        "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number(value))\n"
    }

    private static func with(_ labels: String, _ label: String) -> String {
        labels.isEmpty ? label : labels + "," + label
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}

extension PrometheusRegistry {
    /// The media type of ``exposition()``.
    public static var contentType: String { PrometheusText.contentType }
}
