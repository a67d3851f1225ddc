/** Three hundred child workflows over Postgres, as in Effect-TS/effect#8312: a minute of one core. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { letWait } from "../plugins/sweeps/machines/stalls.ts"
import { noPostgres, startPostgres } from "../support/postgres.ts"

test("300 child workflows over Postgres wait four times each, and none stalls for 2 s", {
  skip: noPostgres
}, async () => {
  const postgres = await startPostgres()
  const { waits, longest } = await letWait(postgres.fresh("stalls"), 300)
  assert.equal(waits, 1200)
  assert.ok(longest < 2000, `${longest.toFixed(0)} ms`)
})
