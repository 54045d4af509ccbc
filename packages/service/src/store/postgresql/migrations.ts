/**
 * Every change of the schema, in order: the number of a migration is its place in this list plus one. Released entries are
 * never edited; a later change is a new entry. Keys are ordered by their bytes, whatever the locale of the database is.
 */
export const POSTGRESQL_MIGRATIONS: readonly string[] = [
  `CREATE SEQUENCE veritee_revision AS bigint;
   CREATE TABLE veritee_turn ();
   CREATE TABLE veritee_record (
     key text COLLATE "C" PRIMARY KEY,
     value bytea NOT NULL,
     version bigint NOT NULL,
     expires_at bigint,
     fields jsonb
   );
   CREATE INDEX veritee_record_expires_at ON veritee_record (expires_at) WHERE expires_at IS NOT NULL;
   CREATE INDEX veritee_record_fields ON veritee_record USING gin (fields jsonb_path_ops) WHERE fields IS NOT NULL;`,
]
