import InputValidation
import Testing

@Suite struct JSONPlacesTests {
    private static let text = """
        {
          "a": 1, "b":
          [
            {"c~/d": "x"},

            [true, null]
          ]
        }
        """

    @Test(arguments: [
        ("", 1), ("/a", 2), ("/b", 3), ("/b/0", 4), ("/b/0/c~0~1d", 4), ("/b/1", 6), ("/b/1/0", 6), ("/b/1/1", 6),
        // What is not there is told by what is around it.
        ("/z", 1), ("/b/0/z", 4), ("/b/7/z", 3), ("z", 1),
    ])
    func knowsTheLineOfEveryValue(_ pointer: String, line: Int) throws {
        let (value, places) = try StrictJSON.parseKeepingPlaces(Array(Self.text.utf8))
        #expect(places.line(of: pointer) == line)
        #expect(value == (try StrictJSON.parse(Self.text.utf8)))
    }

    @Test(arguments: [("", 1), ("{\n\n]", 3), ("[1,\n2\n,]", 3), ("\n\n", 3), ("{}\n\nx", 3)])
    func knowsTheLineOfAnError(_ text: String, line: Int) throws {
        let bytes = Array(text.utf8)
        let error = #expect(throws: JSONSyntaxError.self) { try StrictJSON.parseKeepingPlaces(bytes) }
        #expect(error?.line(in: bytes) == line)
        #expect(error == #expect(throws: JSONSyntaxError.self) { try StrictJSON.parse(bytes) })
    }
}
