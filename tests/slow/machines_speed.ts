/**
 * How much faster two workers are than one, and four: some minutes. Their environment waits, as one does that a simulator
 * elsewhere steps, so that it is told on a busy machine too.
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { start, until } from "../plugins/sweeps/machines/support.ts"
import { smallestSettings } from "../plugins/sweeps/support.ts"
import { noPostgres, type Postgres, startPostgres } from "../support/postgres.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const subsets = 30
const library = JSON.stringify(join(import.meta.dirname, "../../envs/mod.ts"))
writeFileSync(
  at("waiting.ts"),
  `import { linearQuadraticPlanted as planted } from ${library}
const cell = new Int32Array(new SharedArrayBuffer(4))
const waiting = (dynamics) => ({
  ...dynamics,
  step: (...args) => {
    Atomics.wait(cell, 0, 0, 8)
    return dynamics.step(...args)
  }
})
const make = (params) => {
  const made = planted.environment.make(params)
  return made._tag === "Left" ? made : { ...made, right: waiting(made.right) }
}
const environment = { ...planted.environment, id: "waiting", make }
const own = (made) => ({ ...made, tasks: made.tasks.map((t) => ({ ...t, environment: "waiting" })) })
const tasks = (options) => {
  const made = planted.tasks(options)
  return made._tag === "Left" ? made : { ...made, right: own(made.right) }
}
const families = [{ ...planted, id: "waiting", environment, tasks }]
export default { name: "waiting", version: "1.0.0", policygradex: 1, environments: [environment], families }
`
)
const set = {
  ...smallestSettings,
  "family.id": "waiting",
  "family.n": 10,
  "surrogate.subsetSize": 3,
  "truth.subsets": subsets
}
writeFileSync(at("wide.json"), JSON.stringify({ set, over: { "grouping.k": [2] }, plugins: ["./waiting.ts"] }))

let postgres: Postgres
before(async () => {
  if (!noPostgres) postgres = await startPostgres()
})

/** Seconds from the first beginning to the last end of the trainings of `subsets`, by so many workers of one thread. */
const secondsOf = async (name: string, count: number) => {
  const database = postgres.fresh(name)
  const workers = Array.from({ length: count }, () =>
    start(["worker", "--workers", "1", "--plugin", at("waiting.ts")], database)
  )
  const sweep = start(["sweep", at("wide.json"), "--out", at(name), "--workers", "1"], database)
  const told = () => [sweep, ...workers].map(({ said }) => said()).join("\n---\n")
  await until(() => sweep.said().includes("of group training"), told, 600)
  const [span = NaN, work = NaN] = postgres
    .query(
      database,
      `SELECT extract(epoch FROM max(finished) - min(finished - make_interval(secs => seconds))), sum(seconds)
       FROM (SELECT * FROM pgex_finished ORDER BY finished OFFSET 1 LIMIT ${subsets}) AS truth`
    )
    .split("|")
    .map(Number)
  for (const { child, ended } of [sweep, ...workers]) {
    child.kill("SIGKILL")
    await ended
  }
  const busy = work / span / count
  console.log(
    `${count} workers: ${span.toFixed(1)} s, ${(100 * busy).toFixed(0)}% of it at work, load ${loadavg()[0]?.toFixed(1)}`
  )
  return span
}

test("two workers are at least 1.8 times as fast as one", { skip: noPostgres }, async () => {
  const one = await secondsOf("one", 1)
  const two = await secondsOf("two", 2)
  const four = await secondsOf("four", 4)
  console.log(`two workers ${(one / two).toFixed(2)} times as fast as one, four ${(one / four).toFixed(2)} times`)
  assert.ok(one / two >= 1.8)
})
