/// A path with named places, such as `/v1/listings/{id}`.
struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Segment: Hashable {
        case literal(Substring)
        case parameter
    }

    let description: String
    private let segments: [Segment]

    init(_ text: String) {
        description = text
        segments = text.split(separator: "/").map { segment in
            segment.hasPrefix("{") ? .parameter : .literal(segment)
        }
    }

    /// How many segments of a matching path are literal: the more, the more specific the match.
    var literalCount: Int {
        segments.count { $0 != .parameter }
    }

    /// Whether a path's segments fit; a parameter takes any segment that is not empty.
    func matches(_ path: [Substring]) -> Bool {
        path.count == segments.count
            && zip(segments, path).allSatisfy { segment, part in
                switch segment {
                case .literal(let literal): literal == part
                case .parameter: !part.isEmpty
                }
            }
    }
}
