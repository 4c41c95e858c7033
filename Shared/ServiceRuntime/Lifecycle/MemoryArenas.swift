#if canImport(Glibc)
import CMalloc
#endif

/// How the C library divides the heap.
enum MemoryArenas {
    /// At most this many arenas: glibc makes eight a core, each of which keeps what was freed in it.
    static let maximum: Int32 = 2

    static func limit() {
        #if canImport(Glibc)
        mallopt(M_ARENA_MAX, maximum)
        #endif
    }
}
