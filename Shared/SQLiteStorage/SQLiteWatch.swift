import CSQLite

/// Ends what a connection does, or waits for, when its task is cancelled.
///
/// SQLite calls back on the connection's own thread, in the midst of a statement: nothing comes from another thread, as
/// `sqlite3_interrupt` would, and whoever has the connection next cannot be meant.
final class SQLiteWatch {
    /// How many of SQLite's virtual machine's instructions pass between two looks, some tens of microseconds.
    static let instructions: Int32 = 1000

    /// Whether a cancelled task ends statements; not while a transaction ends.
    var isWatching = true

    private let wait: BusyWait

    init(wait: BusyWait) {
        self.wait = wait
    }

    /// Has a connection call back; it must not outlive this.
    func install(on connection: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_busy_handler(
            connection,
            { context, tries in
                guard let context else { return 0 }
                return Unmanaged<SQLiteWatch>.fromOpaque(context).takeUnretainedValue().waits(Int(tries)) ? 1 : 0
            },
            context
        )
        sqlite3_progress_handler(
            connection,
            Self.instructions,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteWatch>.fromOpaque(context).takeUnretainedValue().ends ? 1 : 0
            },
            context
        )
    }

    private var ends: Bool { isWatching && Task.isCancelled }

    private func waits(_ tries: Int) -> Bool { wait.goesOn(after: tries) }
}
