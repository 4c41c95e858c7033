import CSQLite
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Splits and folds texts into words as SQLite's full-text index does, for engines that must find the same.
///
/// It is the tokenizer `unicode61` of the extension FTS5, called through the interface that is there for extensions
/// (sqlite.org/fts5.html, sections 4.3.1 and 7.1).
public final class FTS5Tokenizer: Sendable {
    private let tokenizer: Mutex<Unicode61>

    /// Creates a tokenizer.
    ///
    /// - Parameter options: As they stand after `unicode61` in a table's definition.
    /// - Throws: ``SQLiteError`` when the library has no FTS5 or the options are none of it.
    public init(_ options: [String]) throws {
        tokenizer = Mutex(try Unicode61(options))
    }

    /// The words of a text in its order, as they would stand in the index; calls take turns.
    public func words(of text: String) throws -> [String] {
        try tokenizer.withLock { try $0.words(of: text) }
    }
}

/// The tokenizer, and a connection that holds no data: it is where the tokenizer lives.
private final class Unicode61 {
    private let connection: OpaquePointer
    private var functions = fts5_tokenizer()
    private var tokenizer: OpaquePointer?

    init(_ options: [String]) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw Self.failure(code)
        }
        connection = opened
        try find(options)
    }

    deinit {
        if let tokenizer { functions.xDelete?(tokenizer) }
        sqlite3_close_v2(connection)
    }

    private func find(_ options: [String]) throws {
        var context: UnsafeMutableRawPointer?
        guard let api = csqlite_fts5_api(connection), let find = api.pointee.xFindTokenizer else {
            throw SQLiteError(extendedCode: SQLITE_ERROR, message: "this SQLite has no FTS5")
        }
        try Self.check(find(api, "unicode61", &context, &functions))
        guard let create = functions.xCreate else { throw Self.failure(SQLITE_ERROR) }
        var copies: [UnsafePointer<CChar>?] = options.map { UnsafePointer(strdup($0)) }
        defer {
            for copy in copies { free(UnsafeMutablePointer(mutating: copy)) }
        }
        try Self.check(create(context, &copies, Int32(copies.count), &tokenizer))
    }

    func words(of text: String) throws -> [String] {
        guard let tokenize = functions.xTokenize else { throw Self.failure(SQLITE_ERROR) }
        var text = text
        var words: [String] = []
        let code = withUnsafeMutablePointer(to: &words) { words in
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes in
                    tokenize(tokenizer, words, FTS5_TOKENIZE_DOCUMENT, bytes.baseAddress, Int32(bytes.count)) {
                        words,
                        _,
                        start,
                        count,
                        _,
                        _ in
                        let word = String(
                            decoding: UnsafeRawBufferPointer(start: start, count: Int(count)),
                            as: UTF8.self
                        )
                        words?.assumingMemoryBound(to: [String].self).pointee.append(word)
                        return SQLITE_OK
                    }
                }
            }
        }
        try Self.check(code)
        return words
    }

    private static func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private static func failure(_ code: Int32) -> SQLiteError {
        SQLiteError(extendedCode: code, message: String(cString: sqlite3_errstr(code)))
    }
}
