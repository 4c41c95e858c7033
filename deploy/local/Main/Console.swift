import FoundationEssentials

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The terminal, and where this executable is.
enum Console {
    static func say(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    static func fail(_ text: String) {
        write("clowder: \(text)\n", to: STDERR_FILENO)
    }

    /// Tells whoever waits what is going on, beside what is printed to be kept.
    static func note(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    /// Replaces the current line.
    static func progress(_ text: String) {
        write("\r\u{1B}[K" + text, to: STDERR_FILENO)
    }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// The folder of this executable.
    static var ownFolder: String {
        #if os(Linux)
        let path =
            // Where /proc is not there, the name it was called by does.
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        #else
        let path = CommandLine.arguments[0]
        #endif
        return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            // A terminal that is gone cannot be told anything.
            #if canImport(Glibc)
            _ = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            #else
            _ = Darwin.write(descriptor, bytes.baseAddress, bytes.count)
            #endif
        }
    }
}
