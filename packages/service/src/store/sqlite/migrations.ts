/**
 * Every change of the schema, in order: the number of a migration is its place in this list plus one. Released entries are
 * never edited; a later change is a new entry.
 */
export const SQLITE_MIGRATIONS: readonly string[] = [
  `CREATE TABLE revision (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL) STRICT;
   INSERT INTO revision VALUES (1, 0);
   CREATE TABLE record (
     key TEXT PRIMARY KEY NOT NULL,
     value BLOB NOT NULL,
     version INTEGER NOT NULL,
     expires_at INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX record_expires_at ON record (expires_at) WHERE expires_at IS NOT NULL;`,
  `ALTER TABLE record ADD COLUMN fields TEXT;
   CREATE TABLE field (
     name TEXT NOT NULL,
     value TEXT NOT NULL,
     key TEXT NOT NULL REFERENCES record (key) ON DELETE CASCADE,
     PRIMARY KEY (name, value, key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX field_key ON field (key);`,
]
