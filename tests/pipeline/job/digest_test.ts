/** The same configuration and seed leave the same bytes, whoever does the trainings. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { dear } from "../../plugins/sessions/support.ts"
import { run, tiny } from "./support.ts"

const first = await run(tiny)
const parallel = await run({ ...tiny, workers: 2 })

/** Everything but the clock: the log, the summary and the report say when and how long. */
const artefacts = (files: ReadonlyMap<string, Uint8Array>): readonly (readonly [string, Uint8Array])[] =>
  [...files]
    .filter(([path]) => !["events.jsonl", "summary.json", "report.html"].includes(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))

test("a run with the same seed leaves byte-identical artefacts", async () => {
  const again = await run(tiny)
  assert.equal(again.data.receipts.digest, first.data.receipts.digest)
  assert.deepEqual(artefacts(again.files), artefacts(first.files))
  assert.ok(artefacts(first.files).length > 10)
})

test("a run on two workers leaves the same bytes as on one", () => {
  assert.equal(parallel.data.receipts.digest, first.data.receipts.digest)
  assert.deepEqual(parallel.data.receipts.events, first.data.receipts.events)
  assert.deepEqual(artefacts(parallel.files), artefacts(first.files))
})

test("what a run cost by count is the same on two workers as on one", () => {
  const counted = ({ data }: typeof first) => data.costs.map(({ work, flops, bytes }) => ({ work, flops, bytes }))
  const cost = counted(first)
  assert.deepEqual(counted(parallel), cost)
  assert.deepEqual(
    cost.map((c) => c.work),
    ["meta-training", "surrogate", "grouping", "first-order check", "truth", "group training"]
  )
  for (const c of cost) assert.equal(c.flops > 0 && c.bytes > 0, c.work !== "grouping", c.work)
})

test("where calls are dear, tasks share them: fewer calls, the same bytes", async () => {
  const shared = await run(tiny, { wasm: dear })
  assert.equal(shared.data.receipts.digest, first.data.receipts.digest)
  const calls = ({ data }: typeof first) => data.receipts.sessions[0]!.work.calls
  assert.ok(calls(shared) < 0.9 * calls(first), `${calls(shared)} of ${calls(first)}`)
})

test("a run with another seed has other numbers everywhere", async () => {
  const other = await run({ ...tiny, seed: 1 })
  assert.notEqual(other.data.receipts.digest, first.data.receipts.digest)
  const same = artefacts(other.files).filter(([path]) => first.files.has(path))
  // Which tasks fall into which group may well be the same.
  assert.ok(
    same.every(([path]) => path.startsWith("grouping/") || path === "artefacts.json"),
    same.join(", ")
  )
})

test("how many subsets are trained changes nothing but the truth", async () => {
  const other = await run({ ...tiny, truth: { ...tiny.truth, subsets: 3 } })
  const unchanged = artefacts(other.files)
    .filter(([path]) => first.files.has(path))
    .map(([path]) => path)
  for (const stage of ["meta-training/", "surrogate/", "affinity/centred", "grouping/", "group-training/"]) {
    assert.ok(
      unchanged.some((path) => path.startsWith(stage)),
      stage
    )
  }
})
