import FoundationEssentials
import Subprocess
import SystemPackage

/// Files to import, with listings that no other test has.
struct ImportFile: Sendable {
    let directory: String
    /// A place that only this test's listings have.
    let place = "place-\(UUID().uuidString.prefix(8))"

    /// Good lines, each another animal.
    func lines(_ count: Int) -> [String] {
        (1...count).map { number in
            #"{"id":"\#(place)-\#(number)","species":"cat","name":"Number \#(number)","jurisdiction":"\#(place)"}"#
        }
    }

    /// A plain file; its path.
    func plain(_ lines: [String], named name: String = "listings.ndjson") throws -> String {
        let path = "\(directory)/\(name)"
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
        return path
    }

    /// A gzip file; its path.
    func compressed(_ lines: [String], named name: String = "listings.ndjson.gz") async throws -> String {
        let source = try plain(lines, named: "to-compress")
        let path = "\(directory)/\(name)"
        let target = try FileDescriptor.open(
            FilePath(path),
            .writeOnly,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        let result = try await Subprocess.run(
            .name("gzip"),
            arguments: ["-c", source],
            output: .fileDescriptor(target, closeAfterSpawningProcess: true)
        )
        guard result.terminationStatus.isSuccess else { throw UnexpectedCommand(description: "gzip failed") }
        return path
    }

    /// Changes a file's bytes.
    func change(_ path: String, _ body: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        body(&data)
        try data.write(to: URL(filePath: path))
    }
}
