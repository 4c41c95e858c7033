extension String {
    /// The string without the leading scalars that satisfy `isDropped`.
    func droppingLeading(while isDropped: (Unicode.Scalar) -> Bool = \.properties.isWhitespace) -> String {
        String(unicodeScalars.drop(while: isDropped))
    }

    /// The string without the trailing scalars that satisfy `isDropped`.
    func droppingTrailing(while isDropped: (Unicode.Scalar) -> Bool = \.properties.isWhitespace) -> String {
        guard let last = unicodeScalars.lastIndex(where: { !isDropped($0) }) else { return "" }
        return String(unicodeScalars[...last])
    }

    /// The string without white space at either end.
    func trimmingBlanks() -> String { droppingLeading().droppingTrailing() }
}
