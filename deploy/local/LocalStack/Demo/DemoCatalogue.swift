/// The listings of a stack that is started for the first time: made up, and always the same.
package enum DemoCatalogue {
    /// How many listings there are.
    package static let count = 400

    private static let names = [
        "Biscuit", "Clover", "Domino", "Ember", "Fern", "Ginger", "Hazel", "Indigo", "Juniper", "Kiwi", "Luna", "Maple",
        "Nutmeg", "Olive", "Pepper", "Quill", "Rosie", "Sage", "Tansy", "Umber", "Violet", "Willow", "Yarrow", "Zephyr",
    ]
    private static let species = ["cat", "cat", "cat", "dog", "dog", "rabbit", "bird", "guinea pig"]
    private static let colors = ["black", "white", "gray", "brown tabby", "orange", "tan", "calico", "brindle"]
    private static let sexes = ["Female", "Male", "Neutered", "Spayed", "Unknown"]
    private static let places = ["Harbor", "Riverside", "Hillcrest", "Old Town"]
    private static let temperaments = [
        "Shy at first, then never leaves your side.", "Loves long walks and short naps.",
        "Gets along with children and other animals.", "Knows what a can opener sounds like.",
        "Looking for a quiet home with a sunny window.", "Full of energy; needs a garden.",
    ]

    /// One JSON object a line, as the import takes it.
    package static func lines() -> [String] {
        var generator = LinearGenerator()
        return (1...count).map { number in line(number, &generator) }
    }

    private static func line(_ number: Int, _ generator: inout LinearGenerator) -> String {
        let year = 2024 + number % 2
        let day = two(1 + generator.below(28))
        let fields = [
            ("id", "D\(10_000 + number)"),
            ("name", names[generator.below(names.count)]),
            ("species", species[generator.below(species.count)]),
            ("primaryColor", colors[generator.below(colors.count)]),
            ("sex", sexes[generator.below(sexes.count)]),
            ("bornOn", "\(year - 1 - generator.below(9))-\(two(1 + generator.below(12)))-\(day)"),
            ("intakeOn", "\(year)-\(two(1 + generator.below(12)))-\(day)"),
            ("intakeCondition", "normal"),
            ("intakeType", generator.below(3) == 0 ? "owner surrender" : "stray"),
            ("jurisdiction", places[generator.below(places.count)]),
            ("description", temperaments[generator.below(temperaments.count)]),
        ]
        return "{" + fields.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",") + "}"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// Knuth's MMIX generator: the same on every machine and in every version.
    private struct LinearGenerator {
        private var state: UInt64 = 2024

        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }
}
