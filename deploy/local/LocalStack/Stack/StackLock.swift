import SystemPackage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps two stacks from sharing one state folder.
enum StackLock {
    /// Takes the lock; it is given back when the descriptor is closed or the process ends.
    static func take(_ layout: StateLayout) throws(StackFailure) -> FileDescriptor {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                FilePath(layout.lock),
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: .ownerReadWrite
            )
        } catch {
            throw StackFailure("the state folder \(layout.root) cannot be written: \(error)")
        }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            throw StackFailure("another stack is running in \(layout.root); stop it first")
        }
        return descriptor
    }
}
