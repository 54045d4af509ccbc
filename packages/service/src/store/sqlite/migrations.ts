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
  // Fields follow their record by themselves, through the texts of `record.fields`: one tree of them instead of two.
  `CREATE TABLE field_of_record (
     name TEXT NOT NULL,
     value TEXT NOT NULL,
     key TEXT NOT NULL,
     PRIMARY KEY (name, value, key)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO field_of_record SELECT name, value, key FROM field;
   DROP TABLE field;
   ALTER TABLE field_of_record RENAME TO field;
   CREATE TRIGGER field_added AFTER INSERT ON record WHEN new.fields IS NOT NULL BEGIN
     INSERT INTO field SELECT j.key, j.value, new.key FROM json_each(new.fields) AS j;
   END;
   CREATE TRIGGER field_changed AFTER UPDATE ON record WHEN old.fields IS NOT NULL OR new.fields IS NOT NULL BEGIN
     DELETE FROM field WHERE (name, value, key) IN (SELECT j.key, j.value, old.key FROM json_each(old.fields) AS j);
     INSERT INTO field SELECT j.key, j.value, new.key FROM json_each(new.fields) AS j;
   END;
   CREATE TRIGGER field_removed AFTER DELETE ON record WHEN old.fields IS NOT NULL BEGIN
     DELETE FROM field WHERE (name, value, key) IN (SELECT j.key, j.value, old.key FROM json_each(old.fields) AS j);
   END;`,
]
