#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The terminal's attention: Ctrl-C goes to the process group in the terminal's foreground.
///
/// Below `make` that group is make's. It would take Ctrl-C for its own end, however well the stack stops, so the runner
/// moves to a group of its own and takes the foreground, as a shell does for its jobs.
struct ForegroundGroup {
    private let previous: pid_t?

    /// Takes the foreground where there is a terminal and the runner belongs to somebody else's group.
    init() {
        let group = getpgrp()
        guard isatty(STDIN_FILENO) == 1, group != getpid(), tcgetpgrp(STDIN_FILENO) == group, setpgid(0, 0) == 0 else {
            previous = nil
            return
        }
        // A group in the background is stopped when it asks for the foreground, unless it ignores that signal.
        signal(SIGTTOU, SIG_IGN)
        tcsetpgrp(STDIN_FILENO, getpid())
        previous = group
    }

    /// Gives the foreground back.
    func leave() {
        if let previous { tcsetpgrp(STDIN_FILENO, previous) }
    }
}
