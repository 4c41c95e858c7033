#ifndef CLOWDER_CSQLITE_SHIM_H
#define CLOWDER_CSQLITE_SHIM_H
#include <sqlite3.h>

/* What follows wraps what Swift does not import: variadic functions, macros that cast, and pointers told by the
   address of a literal. */

/* Binds a copy of a text of UTF-8. */
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* Binds a copy of at least one byte: of none, SQLite would make a null. */
static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/* Takes "text" for a name and never for a text: a misspelt column is an error. */
static inline int csqlite_refuse_quoted_texts(sqlite3 *database) {
    int code = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    return code != SQLITE_OK ? code : sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
}

/* Where the full-text index keeps its tokenizers, as sqlite.org/fts5.html, section 7, has it; null when it has none. */
static inline fts5_api *csqlite_fts5_api(sqlite3 *database) {
    fts5_api *api = 0;
    sqlite3_stmt *statement = 0;
    if (sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, 0) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", 0);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}
#endif
