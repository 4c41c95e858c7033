/// Elements in their order, no two of which are equal.
struct SortedArray<Element: Comparable & Sendable>: Sendable {
    private(set) var elements: [Element] = []

    /// Where an element is, or would be: before the first one that is not less.
    func index(of element: Element) -> Int {
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ element: Element) {
        elements.insert(element, at: index(of: element))
    }

    /// Removes an element that is there.
    mutating func remove(_ element: Element) {
        elements.remove(at: index(of: element))
    }
}
