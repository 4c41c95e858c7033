import FoundationEssentials
import Testing

@testable import MailWorkerService

@Suite struct MailDateTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (1_704_067_199, "Sun, 31 Dec 2023 23:59:59 +0000"),
        (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 +0000"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
    ])
    func writesUTC(seconds: Double, text: String) {
        #expect(MailDate.format(Date(timeIntervalSince1970: seconds)) == text)
    }
}
