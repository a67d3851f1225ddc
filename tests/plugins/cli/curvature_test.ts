import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { Effect, Layer } from "effect"
import { type CurvaturePoint, mainJob } from "../../../pipeline/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { directoryStore } from "../../../plugins/runs/store/mod.ts"
import { tiny } from "../../pipeline/job/support.ts"
import { pgex } from "../../support/pgex.ts"
import { withKinds } from "../sessions/support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
const directory = join(folder, "tiny-0")
before(async () => {
  const info = { command: "pgex run", config: tiny, seed: tiny.seed, versions: {}, machine: {} }
  await runJob(mainJob(catalog), { config: tiny, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(directoryStore(directory, "new", info), silentProgress)),
    withKinds({}),
    Effect.runPromise
  )
})
after(() => rmSync(folder, { recursive: true }))

const check = (...args: string[]) => pgex(["check", "curvature", directory, "--session", "wasm", ...args])

interface Found {
  readonly parameters: number
  readonly finished: readonly CurvaturePoint[]
  readonly training: readonly CurvaturePoint[]
  readonly sizes: readonly CurvaturePoint[]
}

test("pgex check curvature measures a task, the groups and all tasks; a training from its key ends where the run's did", () => {
  const { stdout, stderr, code } = check("--json", "--probes", "8", "--checkpoints", "2", "--sizes", "1", "--layers")
  assert.equal(code, 0, stderr)
  const found: Found = JSON.parse(stdout)
  assert.deepEqual(
    found.finished.map((p) => [p.set, p.tasks.length]),
    [
      [found.finished[0]!.tasks[0], 1],
      ["group 1", 3],
      ["group 2", 3],
      ["all tasks", 6]
    ]
  )
  const last = found.training.findLast((p) => p.set === "all tasks")
  assert.deepEqual(last, found.finished.at(-1))
  assert.deepEqual(
    found.training.map((p) => p.iteration),
    [0, 3, 0, 3, 0, 3, 0, 3]
  )
  assert.deepEqual(
    found.sizes.map((p) => p.tasks.length),
    [1, 2, 3, 5, 6]
  )
  for (const p of [...found.finished, ...found.training, ...found.sizes]) {
    assert.ok(p.trace.low <= p.trace.estimate && p.trace.estimate <= p.trace.high)
    assert.ok(p.smallest.value <= p.largest.value)
    assert.ok(p.start.bound.gap >= p.gap.low, `${p.set}, ${p.iteration}: ${p.start.bound.gap} < ${p.gap.low}`)
    assert.equal(
      p.layers?.reduce((s, l) => s + Number(l.name.startsWith("W")), 0),
      2
    )
  }
})

test("pgex check curvature prints a table, the same for the same seed", () => {
  const few = ["--probes", "8", "--spectrum"]
  const [first, again, other] = [check(...few), check(...few), check(...few, "--seed", "1")]
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /An iteration from θ★\nset +tasks +iteration +gap/)
  assert.match(first.stdout, /all tasks +6 +3 /)
  assert.match(first.stdout, /all eigenvalues: .*\nset +iteration +1% .* 99% +below -1% +above 1%\n/)
  assert.equal(first.stdout, again.stdout)
  assert.notEqual(first.stdout, other.stdout)
})

test("pgex check curvature refuses a single probe, a task the run has not, and a run without a policy", () => {
  const refusal = (outcome: ReturnType<typeof check>): string => {
    assert.equal(outcome.code, 1)
    return outcome.stderr
  }
  assert.match(refusal(check("--probes", "1")), /Cannot use --probes: want a whole number >= 2, got 1/)
  assert.match(refusal(check("--checkpoints", "-1")), /Cannot use --checkpoints: want a whole number >= 0, got -1/)
  assert.match(
    refusal(check("--checkpoints", "5")),
    /Cannot measure curvature over a training: want --checkpoints of at most 4, one more than meta\.iterations, got 5/
  )
  assert.match(
    refusal(check("--task", "nowhere")),
    /want a task of the run, got nowhere; there is task=0,group=0, task=1/
  )
  const manifest = join(directory, "artefacts.json")
  const kept = readFileSync(manifest, "utf8")
  writeFileSync(
    manifest,
    JSON.stringify(JSON.parse(kept).filter((a: { stage: string }) => a.stage !== "meta-training"))
  )
  assert.match(refusal(check("--probes", "8")), /want the meta-policy of a run, got none: it stopped before/)
  writeFileSync(manifest, kept)
})
