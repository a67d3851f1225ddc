import assert from "node:assert/strict"
import { test } from "node:test"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { pgex } from "../../support/pgex.ts"

test("pgex algorithms lists every learner, with --json as data", () => {
  const { code, stdout } = pgex(["algorithms", "--json"])
  assert.equal(code, 0)
  const records: readonly { readonly id: string }[] = JSON.parse(stdout)
  assert.deepEqual(
    records.map((r) => r.id),
    catalog.algorithms.map((a) => a.id)
  )
})

test("pgex algorithms show tells actions, and settings as --set takes them", () => {
  const { code, stdout } = pgex(["algorithms", "show", "sac"])
  assert.equal(code, 0)
  assert.match(stdout, /^sac, version .*, from policygradex$/m)
  assert.match(stdout, /acts {5}discrete and continuous within bounds$/m)
  assert.match(stdout, /--set algorithm\.sac\.KEY=VALUE/)
  assert.match(stdout, /batch=256 +integer from 1 to 1000000 +transitions in an update/)
})

test("pgex algorithms show of an unknown learner names the nearest, exit code 1", () => {
  const { code, stdout, stderr } = pgex(["algorithms", "show", "sak"])
  assert.equal(code, 1)
  assert.equal(stdout, "")
  assert.match(stderr, /Cannot show sak: want a learner \(sac, ppo, .*\), got no such id; did you mean sac\?/)
})
