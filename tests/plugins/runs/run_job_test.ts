import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { RunStore, type RunStoreError } from "../../../core/service/run_store.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import type { FirstOrderRow } from "../../../pipeline/mod.ts"
import { firstOrderTable, parseFirstOrderTable } from "../../../pipeline/stages/first_order/table.ts"
import { summaryText } from "../../../plugins/cli/summary.ts"
import { presets } from "../../../plugins/config/mod.ts"
import { encode } from "../../../plugins/io/content.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { type Job, runJob } from "../../../plugins/runs/run_job.ts"
import { directoryStore, memoryStore } from "../../../plugins/runs/store/mod.ts"
import { pgex } from "../../support/pgex.ts"

const rows: readonly FirstOrderRow[] = [
  {
    direction: "adapted",
    distance: 0.001,
    relativeRss: { value: 1e-5, low: 0.9e-5, high: 1.2e-5, level: 0.95, n: 10 }
  },
  { direction: "random", distance: 0.05, relativeRss: { value: 0.04, low: 0.03, high: 0.06, level: 0.95, n: 10 } }
]

/** A job that only pretends: its numbers depend on the seed alone. */
const job: Job<RunStoreError> = Effect.fn("pretend")(function* (config: RunConfig) {
  const store = yield* RunStore
  const data = Float64Array.of(1, config.seed, config.seed, 1)
  yield* store.put("surrogate", "affinity", { kind: "array", shape: [2, 2], data })
  yield* store.put("first-order", "table", firstOrderTable(rows))
  return {
    headline: "Two tasks, one group.",
    tasks: [
      { id: "length=0.5", params: {} },
      { id: "length=1", params: {} }
    ],
    grouping: { method: "sdp", k: 1, labels: [0, 0] },
    affinities: [],
    learning: [],
    learningMeaning: "mean return",
    firstOrder: rows,
    firstOrderMaximum: 0.02,
    comparison: [],
    comparisonMeaning: "Mean return",
    leftOut: [],
    costs: [{ work: "surrogate", flops: 3e10, bytes: 6e9, seconds: 1.5 }],
    warnings: [{ level: "caution", text: "only pretended" }],
    seconds: { surrogate: 1.5 },
    summary: { nmi: 1 }
  }
})

const config = (seed: number) => ({
  ...(presets.quick ?? assert.fail("no preset")),
  seed,
  session: "reference" as const
})

const run = async (seed: number) => {
  const memory = memoryStore("quick-0")
  const data = await Effect.runPromise(
    runJob(job, { config: config(seed), command: "pgex run" }).pipe(
      Effect.provide(memory.layer),
      Effect.provide(silentProgress)
    )
  )
  return { data, files: memory.files }
}

test("runJob() leaves summary and report, with receipts that name seed, session and a digest", async () => {
  const { data, files } = await run(3)
  const summary = JSON.parse(new TextDecoder().decode(files.get("summary.json")))
  assert.equal(summary.nmi, 1)
  assert.equal(summary.receipts.seed, 3)
  assert.equal(summary.receipts.session, "reference")
  const [cost] = summary.costs
  assert.deepEqual([cost.flops, cost.bytes, cost.gflopsPerSecond], [3e10, 6e9, 20])
  assert.equal(cost.fractionOfPeak, 20 / summary.receipts.peak.gflopsPerSecond)
  assert.match(summary.receipts.digest, /^[0-9a-f]{64}$/)
  assert.equal(summary.receipts.artefacts.length, 2)
  assert.ok(new TextDecoder().decode(files.get("report.html")).includes(data.receipts.digest))
})

test("runJob() gives equal digests for equal seeds, and others for others", async () => {
  const [a, b, c] = await Promise.all([run(3), run(3), run(4)])
  assert.equal(a.data.receipts.digest, b.data.receipts.digest)
  assert.notEqual(a.data.receipts.digest, c.data.receipts.digest)
})

test("summaryText() gives of long names of tasks the beginning and the end", async () => {
  const { data } = await run(0)
  const tasks = data.tasks.map((t) => ({ ...t, id: `${"x".repeat(5000)}${t.id}` }))
  const lines = summaryText({ ...data, tasks }, "r").split("\n")
  for (const { id } of data.tasks)
    assert.ok(
      lines.some((line) => line.includes(`…`) && line.includes(id)),
      id
    )
  for (const line of lines) assert.ok(line.length < 80 * tasks.length, `a line of ${line.length} characters`)
})

test("summaryText() says result, groups, warnings and where the report is", async () => {
  const text = summaryText((await run(0)).data, "runs/quick-0")
  for (const part of [
    "Two tasks, one group.",
    "group 1: length=0.5, length=1",
    "only pretended",
    "1.5 s, 30 GFLOP, 6 GB, 20 GFLOP/s (",
    "% of peak)",
    "runs/quick-0/report.html"
  ]) {
    assert.ok(text.includes(part), part)
  }
})

test("parseFirstOrderTable() reads what firstOrderTable() wrote, to the last bit", () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom("adapted" as const, "random" as const),
          fc.array(fc.double({ noNaN: true }), { minLength: 6, maxLength: 6 })
        )
      ),
      (cells) => {
        const table = cells.map(
          ([direction, [distance, value, low, high, level, n]]): FirstOrderRow => ({
            direction,
            distance: distance! + 0, // no negative zero: text has none
            relativeRss: { value: value! + 0, low: low! + 0, high: high! + 0, level: level! + 0, n: n! + 0 }
          })
        )
        const text = new TextDecoder().decode(encode(firstOrderTable(table)))
        assert.deepEqual(parseFirstOrderTable(text), E.right(table))
      }
    )
  ))

test("pgex check first-order prints the table of a run directory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    const directory = join(folder, "r")
    const info = { command: "pgex run", config: {}, seed: 0, versions: {}, machine: {} }
    await Effect.runPromise(
      runJob(job, { config: config(0), command: "pgex run" }).pipe(
        Effect.provide(directoryStore(directory, "new", info)),
        Effect.provide(silentProgress)
      )
    )
    const { code, stdout } = pgex(["check", "first-order", directory, "--json"])
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(stdout).rows, rows)
    assert.match(pgex(["check", "first-order", directory]).stdout, /adapted +0\.1% +0\.001% +9\.00e-4% to 0\.0012%/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
