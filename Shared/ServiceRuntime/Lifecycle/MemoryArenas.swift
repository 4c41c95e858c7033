#if canImport(Glibc)
import CMalloc
#endif

/// How the C library divides the heap.
enum MemoryArenas {
    /// At most this many arenas: glibc makes eight a core, each of which keeps what was freed in it.
    static let maximum: Int32 = 2

    /// How much freed memory at the heap's end is kept, in bytes: giving it back after each request costs more.
    static let trimThreshold: Int32 = 4 * 1024 * 1024

    /// Gives freed memory back to the system, also from between what is in use; takes milliseconds.
    static func trim() {
        #if canImport(Glibc)
        malloc_trim(0)
        #endif
    }

    static func limit() {
        #if canImport(Glibc)
        mallopt(M_ARENA_MAX, maximum)
        mallopt(M_TRIM_THRESHOLD, trimThreshold)
        #endif
    }
}
