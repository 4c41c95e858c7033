#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How many files and sockets this process, and those it starts, may have open.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one, where the system lets it.
    ///
    /// - Returns: The limit that holds afterwards.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(resource, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif
}
