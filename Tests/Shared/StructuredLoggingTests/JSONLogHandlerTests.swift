import FoundationEssentials
import Logging
import StructuredLogging
import TestSupport
import Testing

@Suite struct JSONLogHandlerTests {
    private let output = RecordingOutput()

    @Test func writesOneObjectALine() {
        let logger = output.logger()
        logger.info("mail accepted", metadata: ["attempt": "\(1)", "account.id": "a-1"])
        #expect(
            output.lines == [
                #"{"time":"2023-11-14T22:13:20.000Z","level":"info","service":"users","logger":"users.routes","#
                    + #""message":"mail accepted","account.id":"a-1","attempt":"1"}"# + "\n"
            ]
        )
    }

    @Test func writesEachEventAsALineOfItsOwn() throws {
        let logger = output.logger()
        logger.debug("one")
        logger.error("two")
        logger.critical("three")
        let objects = try output.lines.map { try JSONDecoder().decode([String: LoggedValue].self, from: Data($0.utf8)) }
        #expect(objects.map { $0["message"] } == ["one", "two", "three"])
        #expect(objects.map { $0["level"] } == ["debug", "error", "critical"])
        #expect(output.lines.allSatisfy { $0.hasSuffix("}\n") })
    }

    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 6), (.info, 5), (.notice, 4), (.warning, 3), (.error, 2), (.critical, 1),
    ])
    func writesNothingBelowItsLevel(_ level: Logger.Level, lines: Int) {
        let logger = output.logger(level: level)
        for level in Logger.Level.allCases { logger.log(level: level, "said") }
        #expect(output.lines.count == lines)
    }

    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00.000Z"), (951_782_399.5, "2000-02-28T23:59:59.500Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"), (1_709_251_200, "2024-03-01T00:00:00.000Z"),
        (4_107_542_400, "2100-03-01T00:00:00.000Z"), (-0.25, "1969-12-31T23:59:59.750Z"),
        (1_735_689_599.875, "2024-12-31T23:59:59.875Z"), (253_402_300_799, "9999-12-31T23:59:59.000Z"),
    ])
    func writesTheTimeInUTCWithMilliseconds(_ seconds: Double, expected: String) throws {
        output.logger(now: Date(timeIntervalSince1970: seconds)).info("said")
        #expect(try output.onlyObject()["time"] == .text(expected))
    }

    /// From the year 1600, since Foundation writes dates before the reform of 1582 in the Julian calendar.
    @Test func writesTheTimesThatFoundationWrites() throws {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -11_676_096_000...253_402_300_799, using: &generator)
            let date = Date(timeIntervalSince1970: Double(seconds))
            output.logger(now: date).info("said")
            let expected = date.formatted(.iso8601).dropLast() + ".000Z"
            let line = try #require(output.lines.last)
            #expect(line.hasPrefix(#"{"time":"\#(expected)","#), "seed \(generator.seed), \(seconds) s")
        }
    }

    @Test func addsAnErrorUnlessTheMetadataHasOne() throws {
        struct Failure: Error, CustomStringConvertible { let description = "relay gone" }
        output.logger().error("not delivered", error: Failure())
        #expect(try output.onlyObject()["error"] == "relay gone")

        let other = RecordingOutput()
        other.logger().error("not delivered", error: Failure(), metadata: ["error": "mine"])
        #expect(try other.onlyObject()["error"] == "mine")
    }

    @Test func prefersTheCallersMetadataToTheTasksToTheHandlers() throws {
        let provider = Logger.MetadataProvider { ["b": "task", "c": "task"] }
        let logger = output.logger(metadata: ["a": "handler", "b": "handler", "c": "handler"], provider: provider)
        logger.info("said", metadata: ["c": "caller"])
        let object = try output.onlyObject()
        #expect([object["a"], object["b"], object["c"]] == ["handler", "task", "caller"])
    }

    @Test func keepsMetadataOfALoggerToItself() throws {
        var logger = output.logger()
        let plain = logger
        logger[metadataKey: "job"] = "7"
        #expect(logger[metadataKey: "job"] == "7")
        plain.info("plain")
        #expect(try output.onlyObject()["job"] == nil)
        logger.info("with job")
        #expect(output.lines.last?.contains(#""job":"7""#) == true)
    }

    /// One JSON object has no two members of one name: our own parser refuses such a line.
    @Test(arguments: ["time", "level", "service", "logger", "message"])
    func writesItsOwnMembersOnceWhateverTheMetadataSays(_ key: String) throws {
        output.logger().info("said", metadata: [key: "forged"])
        let line = try #require(output.lines.first)
        #expect(line.split(separator: "\"\(key)\":", omittingEmptySubsequences: false).count == 2, "\(line)")
    }
}

// MARK: Values

extension JSONLogHandlerTests {
    private func logged(_ value: Logger.MetadataValue) throws -> LoggedValue? {
        let output = RecordingOutput()
        output.logger().info("said", metadata: ["value": value])
        return try output.onlyObject()["value"]
    }

    @Test func writesNumbersAndFlagsUnquoted() throws {
        #expect(try logged(.stringConvertible(-42)) == .number(-42))
        #expect(try logged(.stringConvertible(UInt8(200))) == .number(200))
        #expect(try logged(.stringConvertible(1.5)) == .number(1.5))
        #expect(try logged(.stringConvertible(1e300)) == .number(1e300))
        #expect(try logged(.stringConvertible(true)) == .flag(true))
        #expect(try logged(.stringConvertible(false)) == .flag(false))
    }

    @Test func writesLargeIntegersExactly() {
        output.logger().info("said", metadata: ["value": .stringConvertible(UInt64.max)])
        #expect(output.lines.first?.contains(#""value":18446744073709551615}"#) == true)
    }

    @Test func quotesWhatJSONHasNoNumberFor() throws {
        #expect(try logged(.stringConvertible(Double.nan)) == "nan")
        #expect(try logged(.stringConvertible(Double.infinity)) == "inf")
        #expect(try logged(.stringConvertible(Duration.seconds(2))) == "2.0 seconds")
        #expect(try logged("42") == "42")
        #expect(try logged("true") == "true")
    }

    @Test func keepsNestedMetadataNestedAndOrdered() throws {
        let value: Logger.MetadataValue = [
            "z": ["1", .stringConvertible(2), ["deep": "x"]], "a": ["b": .stringConvertible(true)], "none": [],
            "no": [:],
        ]
        output.logger().info("said", metadata: ["value": value])
        #expect(
            output.lines.first?.hasSuffix(
                #""value":{"a":{"b":true},"no":{},"none":[],"z":["1",2,{"deep":"x"}]}}"# + "\n"
            ) == true
        )
    }
}
