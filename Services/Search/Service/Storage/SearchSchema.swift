import PostgreSQL
import SQLStorage
import SQLiteStorage

/// The tables of the search service.
enum SearchSchema {
    static let sqlite = [
        SQLiteMigration("1 listings", tables(.sqlite) + textIndex),
        // Two catalogues may come to the same generation: an entity tag needs more than that.
        SQLiteMigration(
            "2 catalogue id",
            """
            ALTER TABLE catalogue ADD COLUMN id TEXT NOT NULL DEFAULT '';
            UPDATE catalogue SET id = lower(hex(randomblob(8)));
            """
        ),
    ]

    /// The same history for PostgreSQL.
    static let postgreSQL = [
        PostgreSQLMigration(
            "search 1 listings",
            tables(.postgreSQL) + """
                CREATE INDEX facet_group_species ON facet_group USING hash (species);
                ALTER TABLE listing ADD COLUMN text tsvector NOT NULL;
                CREATE INDEX listing_text ON listing USING gin (text);
                ALTER TABLE catalogue ADD COLUMN id TEXT NOT NULL DEFAULT '';
                UPDATE catalogue SET id = substr(md5(random()::text || clock_timestamp()::text), 1, 16);
                """
        )
    ]

    /// What engines have in common.
    ///
    /// `facet_group` numbers the combinations of facet values that occur, so that counting compares one number a row
    /// instead of five texts; an unknown value is the empty text there, and a group is never changed or removed. Who adds
    /// one holds the catalogue's row; five texts are more than an index of PostgreSQL takes.
    /// `catalogue` holds one number that grows with every change, by which cached counts are known to be stale.
    private static func tables(_ dialect: SQLDialect) -> String {
        """
        CREATE TABLE facet_group (
            id \(dialect.growingKey),
            species TEXT NOT NULL, color TEXT NOT NULL, sex TEXT NOT NULL, jurisdiction TEXT NOT NULL,
            outcome TEXT NOT NULL\(dialect == .sqlite ? ", UNIQUE (species, color, sex, jurisdiction, outcome)" : "")
        ) \(dialect.strict);
        CREATE TABLE listing (
            number \(dialect.key),
            id TEXT NOT NULL UNIQUE,
            version \(dialect.integer) NOT NULL DEFAULT 1,
            facets \(dialect.integer) NOT NULL REFERENCES facet_group (id),
            \(columns(dialect))
        ) \(dialect.strict);
        CREATE INDEX listing_newest ON listing (coalesce(intakeOn, '') DESC, number DESC);
        CREATE INDEX listing_newest_of_species ON listing (species, coalesce(intakeOn, '') DESC, number DESC);
        CREATE INDEX listing_facets ON listing (facets);
        CREATE INDEX listing_facets_of_species ON listing (species, facets);
        CREATE TABLE catalogue (generation \(dialect.integer) NOT NULL) \(dialect.strict);
        INSERT INTO catalogue (generation) VALUES (1);

        """
    }

    /// The fields, compared byte by byte.
    private static func columns(_ dialect: SQLDialect) -> String {
        ListingRows.fields
            .map { "\($0) TEXT \(dialect.binaryCollation)" + ($0 == "species" ? " NOT NULL" : "") }
            .joined(separator: ", ")
    }

    /// `listing_text` indexes the columns of `listing` without keeping them twice; triggers keep the two together.
    private static let textIndex = """
        CREATE VIRTUAL TABLE listing_text USING fts5 (
            \(indexed),
            content='listing', content_rowid='number', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
        );
        CREATE TRIGGER listing_inserted AFTER INSERT ON listing BEGIN
            INSERT INTO listing_text (rowid, \(indexed)) VALUES (new.number, \(values("new")));
        END;
        CREATE TRIGGER listing_deleted AFTER DELETE ON listing BEGIN
            INSERT INTO listing_text (listing_text, rowid, \(indexed)) VALUES ('delete', old.number, \(values("old")));
        END;
        CREATE TRIGGER listing_updated AFTER UPDATE ON listing BEGIN
            INSERT INTO listing_text (listing_text, rowid, \(indexed)) VALUES ('delete', old.number, \(values("old")));
            INSERT INTO listing_text (rowid, \(indexed)) VALUES (new.number, \(values("new")));
        END;
        """

    private static let indexedColumns = [
        "name", "species", "primaryColor", "secondaryColor", "sex", "intakeCondition", "intakeType", "reasonForIntake",
        "outcomeType", "jurisdiction", "description",
    ]

    private static var indexed: String { indexedColumns.joined(separator: ", ") }

    private static func values(_ row: String) -> String {
        indexedColumns.map { "\(row).\($0)" }.joined(separator: ", ")
    }
}
