/**
 * How much faster two workers are than one, and four: some minutes. An environment that waits, as one does that a simulator
 * elsewhere steps, tells it on a busy machine too; one that computes wants two idle cores.
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { start } from "../plugins/sweeps/machines/support.ts"
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
const set = { ...smallestSettings, "family.n": 10, "surrogate.subsetSize": 3, "truth.subsets": subsets }
const computing = {
  ...set,
  "network.layers": 2,
  "network.width": 64,
  "truth.stepsPerTask": 256,
  "truth.iterations": 720
}
const over = { "grouping.k": [2] }
writeFileSync(
  at("waits.json"),
  JSON.stringify({ set: { ...set, "family.id": "waiting" }, over, plugins: ["./waiting.ts"] })
)
writeFileSync(at("computes.json"), JSON.stringify({ set: computing, over }))

let postgres: Postgres
before(async () => {
  if (!noPostgres) postgres = await startPostgres()
})

/** Seconds from the first beginning to the last end of the trainings of `subsets`, by so many workers of one thread. */
const secondsOf = async (file: string, count: number) => {
  const name = `${file}${count}`
  const database = postgres.fresh(name)
  const workers = Array.from({ length: count }, () =>
    start(["worker", "--workers", "1", "--plugin", at("waiting.ts")], database)
  )
  const sweep = start(["sweep", at(`${file}.json`), "--out", at(name), "--workers", "1"], database)
  // Nothing is asked meanwhile: whoever asks often computes beside them.
  assert.equal(await sweep.ended, 0, [sweep, ...workers].map(({ said }) => said()).join("\n---\n"))
  const [span = NaN, work = NaN] = postgres
    .query(
      database,
      `SELECT extract(epoch FROM max(finished) - min(finished - make_interval(secs => seconds))), sum(seconds)
       FROM (SELECT * FROM pgex_finished ORDER BY finished OFFSET 1 LIMIT ${subsets}) AS truth`
    )
    .split("|")
    .map(Number)
  for (const { child, ended } of workers) {
    child.kill("SIGKILL")
    await ended
  }
  const busy = work / span / count
  console.log(
    `${count} workers: ${span.toFixed(1)} s, ${(100 * busy).toFixed(0)}% of it at work, load ${loadavg()[0]?.toFixed(1)}`
  )
  return span
}

for (const file of ["waits", "computes"])
  test(`two workers are at least 1.8 times as fast as one where an environment ${file}`, {
    skip: noPostgres
  }, async () => {
    const one = await secondsOf(file, 1)
    const two = await secondsOf(file, 2)
    console.log(`two workers ${(one / two).toFixed(2)} times as fast as one`)
    if (file === "waits") console.log(`four ${(one / (await secondsOf(file, 4))).toFixed(2)} times`)
    assert.ok(one / two >= 1.8)
  })
