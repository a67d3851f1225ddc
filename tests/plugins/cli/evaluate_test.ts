import assert from "node:assert/strict"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { Effect, Layer } from "effect"
import { evaluator } from "../../../algorithms/mod.ts"
import { child, key } from "../../../core/random/mod.ts"
import { linearQuadratic } from "../../../envs/mod.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { policiesOfRun } from "../../../plugins/runs/evaluate_run.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { directoryStore, readRun } from "../../../plugins/runs/store/mod.ts"
import { inSession, right } from "../../algorithms/support.ts"
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

interface Task {
  readonly task: string
  readonly group: number
  readonly episodes: number
  readonly meanReturn: number
  readonly interquartileMean: { readonly low: number; readonly high: number; readonly estimate: number }
  readonly returnBySeed: readonly number[]
}
const evaluated = (...args: string[]) => {
  const { stdout, stderr, code } = pgex(["evaluate", directory, "--session", "wasm", "--json", ...args])
  assert.equal(code, 0, stderr)
  const { tasks, ...rest }: { tasks: readonly Task[]; interquartileMean: { count: number } } = JSON.parse(stdout)
  return { tasks, ...rest }
}

test("a run's policies, from their files alone, play the very episodes that the run recorded", () =>
  inSession(
    Effect.gen(function* () {
      const { store } = yield* readRun(directory)
      const table = yield* Effect.flatMap(store.find("group-training", "returns"), (a) =>
        a === undefined ? Effect.die("no table") : store.bytes(a)
      )
      const rows = new TextDecoder().decode(table).split("\n")
      const policies = yield* policiesOfRun(store, catalog)
      assert.equal(policies.length, 4) // two groups, two seeds
      const { tasks: all } = right(catalog.registry.families.find((f) => f.id === "lq-planted")!.tasks({ n: 6 }))
      for (const p of policies) {
        const members = p.tasks.map((t) => all.findIndex((a) => a.id === t.id)).join(" ")
        const from = child(right(key(tiny.seed)), "groups")
        const evaluate = yield* evaluator({
          environment: linearQuadratic,
          tasks: p.tasks,
          policy: p.policy,
          environmentsPerTask: tiny.meta.vector
        })
        const how = { episodes: tiny.evaluation.episodes, actions: tiny.evaluation.actions } as const
        for (const e of yield* evaluate(p.theta, how, child(child(from, p.seed, members), "evaluate"))) {
          const recorded = rows.find(
            (r) =>
              r.startsWith(`groups by ${tiny.grouping.method},0,${p.seed},"${e.task}"`) ||
              r.startsWith(`groups by ${tiny.grouping.method},0,${p.seed},${e.task},`)
          )
          assert.equal(Number(recorded?.split(",").at(-1)), e.meanReturn)
        }
      }
    })
  ))

test("pgex evaluate gives each task's mean and interquartile mean, the same for one seed", () => {
  const drawn = evaluated("--episodes", "6")
  assert.equal(drawn.tasks.length, 6)
  for (const { episodes, interquartileMean: i, returnBySeed, meanReturn } of drawn.tasks) {
    assert.equal(episodes, 12) // of two policies
    assert.ok(i.low <= i.estimate && i.estimate <= i.high)
    assert.ok(Math.abs(returnBySeed.reduce((a, b) => a + b, 0) / 2 - meanReturn) < 1e-9)
  }
  assert.equal(drawn.interquartileMean.count, 12)
  assert.deepEqual(evaluated("--episodes", "6"), drawn)
  // Drawn actions of the planted problems cost more than their means.
  const [first] = evaluated("--episodes", "6", "--deterministic", "--task", drawn.tasks[0]!.task).tasks
  assert.ok(first!.meanReturn > drawn.tasks[0]!.meanReturn)
})

test("pgex evaluate prints a table for people", () => {
  const { stdout } = pgex(["evaluate", directory, "--session", "wasm", "--episodes", "2"])
  assert.match(stdout, /^task +group +mean +IQM +95% interval +length\n/)
  assert.match(stdout, /all tasks: interquartile mean .*\ndrawn actions, 4 episodes a task, of 2 training seeds\n$/)
})

test("pgex export writes a group's policy as ONNX, and says which there are where there is none such", () => {
  const file = join(folder, "one.onnx")
  const { stdout, code } = pgex(["export", directory, "--group", "1", "--training", "1", "--onnx", file, "--json"])
  assert.equal(code, 0)
  const { bytes, tasks, from } = JSON.parse(stdout)
  assert.equal(statSync(file).size, bytes)
  assert.equal(tasks.length, 3)
  assert.match(from, /^group-training\/policy-group-1-seed-1\./)
  const refused = pgex(["export", directory, "--group", "3", "--onnx", file])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /want one of group 1, training 0; .*group 2, training 1, got group 3, training 0/)
  const [task] = tasks
  const alone = pgex(["export", directory, "--task", task, "--onnx", file, "--json"])
  assert.deepEqual(JSON.parse(alone.stdout).tasks, [task])
  assert.equal(JSON.parse(alone.stdout).group, 1)
  const neither = pgex(["export", directory, "--onnx", file])
  assert.match(neither.stderr, /Cannot export a policy: want --group G or --task ID, got neither/)
  const other = pgex(["export", directory, "--task", "task=9", "--onnx", file])
  assert.match(other.stderr, /want a task of the run, got task=9; /)
  const unwritable = pgex(["export", directory, "--group", "1", "--onnx", join(folder, "no", "such.onnx")])
  assert.equal(unwritable.code, 1)
  assert.match(unwritable.stderr, /Cannot write .*such.onnx: want a file that can be written/)
})

test("pgex evaluate of a run that stopped early says that, and how to go on", async () => {
  const stopped = join(folder, "stopped-0")
  const info = { command: "pgex run", config: tiny, seed: 0, versions: {}, machine: {} }
  await Effect.runPromise(Effect.void.pipe(Effect.provide(directoryStore(stopped, "new", info))))
  const { code, stderr } = pgex(["evaluate", stopped])
  assert.equal(code, 1)
  assert.match(stderr, /stopped-0\/group-training: want the policies of a finished run.*pgex run --resume/)
})

for (const [args, sentence] of [
  [
    [directory, "--task", "task=0,group=9"],
    /Cannot evaluate: want a task of the run, got task=0,group=9; did you mean/
  ],
  [[directory, "--episodes", "0"], /--episodes: want a whole number >= 1, got 0/],
  [["no/such/run"], /want a run directory, got no such folder/]
] as const)
  test(`pgex evaluate ${args.slice(1).join(" ")} fails with one sentence: ${sentence.source}`, () => {
    const { code, stdout, stderr } = pgex(["evaluate", ...args, "--json"])
    assert.equal(code, 1)
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split("\n").length, 1, stderr)
    assert.equal(typeof JSON.parse(stdout).error._tag, "string")
  })
