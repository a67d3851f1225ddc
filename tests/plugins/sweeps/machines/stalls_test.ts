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
