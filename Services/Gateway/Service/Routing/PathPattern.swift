/// A path with named places, such as `/v1/listings/{id}`.
struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Segment: Hashable {
        case literal([UInt8])
        case parameter
    }

    let description: String
    private let segments: [Segment]

    init(_ text: String) {
        description = text
        segments = text.split(separator: "/").map { segment in
            segment.hasPrefix("{") ? .parameter : .literal(Array(segment.utf8))
        }
    }

    /// Whether some path fits both, and neither wins there.
    func isAmbiguous(with other: Self) -> Bool {
        segments.count == other.segments.count && literalCount == other.literalCount && shape != other.shape
            && zip(segments, other.segments).allSatisfy { $0 == $1 || $0 == .parameter || $1 == .parameter }
    }

    /// The pattern without the names of its parameters: what two patterns share that match the same paths.
    var shape: String {
        description.split(separator: "/").map { $0.hasPrefix("{") ? "{}" : String($0) }.joined(separator: "/")
    }

    /// How many segments of a matching path are literal: the more, the more specific the match.
    var literalCount: Int {
        segments.count { $0 != .parameter }
    }

    /// Whether this one wins over `other` on a path that both match.
    func isMoreLiteral(than other: Self) -> Bool {
        literalCount > other.literalCount && segments.count == other.segments.count
    }

    /// Whether a path fits that is given as it was sent, without its query.
    func matches(_ path: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        for segment in segments {
            guard position < path.count, path[position] == UInt8(ascii: "/") else { return false }
            let start = position + 1
            switch segment {
            case .literal(let literal):
                position = start + literal.count
                guard position <= path.count, path[start..<position].elementsEqual(literal) else { return false }
            case .parameter:
                position = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
                guard position > start else { return false }
            }
        }
        return position == path.count
    }

    /// Whether a path's segments fit; a parameter takes any segment that is not empty.
    func matches(_ path: [Substring]) -> Bool {
        path.count == segments.count
            && zip(segments, path).allSatisfy { segment, part in
                switch segment {
                case .literal(let literal): part.utf8.elementsEqual(literal)
                case .parameter: !part.isEmpty
                }
            }
    }
}
