/** The engine over Postgres loses no wake-up. All 300 children: tests/slow/stalls.ts. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { noPostgres, startPostgres } from "../../../support/postgres.ts"
import { letWait } from "./stalls.ts"

test("child workflows over Postgres go on after each of their waits", { skip: noPostgres }, async () => {
  const postgres = await startPostgres()
  // One that stalls does so for ten minutes: longer than a test may take.
  assert.equal((await letWait(postgres.fresh("stalls"), 30)).waits, 120)
})

test("a message whose reader's answer was lost is read again within seconds", { skip: noPostgres }, async () => {
  const postgres = await startPostgres()
  const database = postgres.fresh("lost")
  // Makes the tables.
  assert.equal((await letWait(database, 1)).waits, 4)
  const table = postgres.query(database, "SELECT tablename FROM pg_tables WHERE tablename LIKE '%_messages'")
  // As where the connection ends after a message was marked as read, and before it has come: once of each kind.
  postgres.query(
    database,
    `CREATE TABLE lost (tag text PRIMARY KEY);
    CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NOT EXISTS (SELECT 1 FROM lost WHERE tag = NEW.tag) THEN
        INSERT INTO lost VALUES (NEW.tag);
        NEW.last_read := now();
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER lose BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION lose()`
  )
  assert.equal((await letWait(database, 2)).waits, 8)
})
