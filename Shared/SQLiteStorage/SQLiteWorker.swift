import SQLStorage

/// A connection and the thread that alone uses it.
///
/// An actor for its executor's sake: work runs on the thread and in its caller's task.
actor SQLiteWorker {
    /// What a connection is opened with.
    struct Settings: Sendable {
        var path: String
        var role: SQLiteConnection.Role
        var wait: BusyWait
        /// The file that the path must lead to; nil for the one that is found there.
        var file: DatabaseFile?

        func open() throws -> SQLiteConnection {
            try SQLiteConnection(path: path, role: role, wait: wait)
        }
    }

    private let executor = ThreadExecutor()
    private let settings: Settings
    private var connection: SQLiteConnection?
    private var file: DatabaseFile?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Creates a worker whose connection is opened when it is first needed.
    init(_ settings: Settings) {
        self.settings = settings
        file = settings.file
    }

    /// Creates a worker whose connection is opened and prepared here and now, on the caller's thread.
    init(_ settings: Settings, preparing prepare: @Sendable (SQLiteConnection) throws -> Void) throws {
        self.settings = settings
        let connection = try settings.open()
        try prepare(connection)
        self.connection = connection
        file = try DatabaseFile(settings.path)
    }

    /// Runs `body` on the thread; nobody else has the connection meanwhile.
    ///
    /// - Throws: ``SQLError`` when the path leads to another file than before, and what `body` throws.
    func run<Value: Sendable>(_ body: @Sendable (SQLiteConnection) throws -> Value) throws -> Value {
        // Looked at before a connection is opened, which would be to the other file.
        try file?.check()
        let connection = try connection ?? settings.open()
        if file == nil { file = try DatabaseFile(settings.path) }
        // One that could not end its transaction is closed, and the next caller has another one.
        defer { self.connection = connection.isInTransaction ? nil : connection }
        return try body(connection)
    }
}
