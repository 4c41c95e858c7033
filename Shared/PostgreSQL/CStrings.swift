#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Lists of texts as C takes them: pointers to copies, ended by a null pointer.
enum CStrings {
    /// Runs `body` with the list, which lives as long as the call.
    static func with<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
        let copies = texts.map { strdup($0) }
        defer {
            for copy in copies { free(copy) }
        }
        return body(copies.map { $0.map { UnsafePointer($0) } } + [nil])
    }
}
