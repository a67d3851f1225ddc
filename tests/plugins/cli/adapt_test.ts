import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { Effect, Layer } from "effect"
import { boMrlDefaults, evaluator, maml, mamlDefaults } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { navigation, navigationUniform } from "../../../envs/mod.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { mainJob, Workers } from "../../../pipeline/mod.ts"
import { unseenTasks } from "../../../pipeline/stages/unseen_tasks.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { adaptRun } from "../../../plugins/runs/adapt_run.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { directoryStore, readRun, readSafetensors } from "../../../plugins/runs/store/mod.ts"
import { inSession, right } from "../../algorithms/support.ts"
import { tiny } from "../../pipeline/job/support.ts"
import { pgex } from "../../support/pgex.ts"
import { withKinds } from "../sessions/support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
after(() => rmSync(folder, { recursive: true }))

const learning = { ...mamlDefaults, inner: { ...mamlDefaults.inner, learnRates: true } }

const configOf = (algorithm: RunConfig["algorithm"], taskOneHot = false): RunConfig => ({
  ...tiny,
  preset: "quick",
  family: { id: "navigation-uniform", n: 4, options: {} },
  algorithm,
  network: { ...tiny.network, taskOneHot },
  meta: { ...tiny.meta, iterations: 2, stepsPerTask: 240, vector: 4 },
  surrogate: { ...tiny.surrogate, subsetSize: 2, transitionsPerTask: 200, dimension: 20 },
  truth: { ...tiny.truth, subsets: 0 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 }
})

const runs = {
  maml: configOf({ id: "maml", maml: learning }),
  bilevel: configOf({ id: "bo-mrl", "bo-mrl": boMrlDefaults }),
  ppo: configOf({ id: "ppo", ppo: tiny.algorithm.ppo }),
  told: configOf({ id: "ppo", ppo: tiny.algorithm.ppo }, true),
  toldMaml: configOf({ id: "maml", maml: learning }, true)
}

before(async () => {
  for (const [name, config] of Object.entries(runs)) {
    const info = { command: "pgex run", config, seed: config.seed, versions: {}, machine: {} }
    await runJob(mainJob(catalog), { config, command: "pgex run" }).pipe(
      Effect.provide(Layer.merge(directoryStore(join(folder, name), "new", info), silentProgress)),
      withKinds({}),
      Effect.runPromise
    )
  }
})

interface Played {
  readonly meanReturn: number
  readonly interquartileMean: { readonly estimate: number; readonly low: number; readonly high: number }
}
interface Worth {
  readonly by: string
  readonly tasks: readonly {
    readonly task: string
    readonly toldAs?: string
    readonly before: Played
    readonly after: Played
  }[]
  readonly before: Played["interquartileMean"]
  readonly after: Played["interquartileMean"]
  readonly gain: Played["interquartileMean"]
  readonly curve: readonly (number | null)[]
}

const adapted = (name: string, ...args: string[]): Worth => {
  const all = [
    "evaluate",
    join(folder, name),
    "--session",
    "wasm",
    "--episodes",
    "4",
    "--unseen",
    "3",
    "--json",
    ...args
  ]
  const { stdout, stderr, code } = pgex(all)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

const trained = new Set(right(navigationUniform.tasks({ n: 4 })).tasks.map((t) => t.id))

for (const [name, by] of [
  ["maml", "inner steps"],
  ["bilevel", "inner steps"],
  ["ppo", "training"],
  ["told", "training"],
  ["toldMaml", "inner steps"]
] as const)
  test(`pgex evaluate --adapt adapts the meta-policy of ${name} to unseen tasks by ${by}`, () => {
    const worth = adapted(name, "--adapt", "2")
    assert.equal(worth.by, by)
    assert.equal(worth.tasks.length, 3)
    assert.ok(worth.tasks.every((t) => !trained.has(t.task)))
    assert.ok(worth.tasks.every((t) => t.before.meanReturn !== t.after.meanReturn))
    for (const i of [worth.before, worth.after, worth.gain]) assert.ok(i.low <= i.estimate && i.estimate <= i.high)
    assert.equal(worth.curve.length, by === "training" ? 2 : 3)
    assert.deepEqual(adapted(name, "--adapt", "2"), worth)
    const none = adapted(name, "--adapt", "0")
    // The same tasks and episodes: without a step nothing changes, to the last bit.
    assert.deepEqual(
      none.tasks.map((t) => t.after),
      worth.tasks.map((t) => t.before)
    )
    assert.equal(none.gain.estimate, 0)
  })

test("a policy that is told its task is told unseen ones as its own, each in turn, and says so", () => {
  const own = right(navigationUniform.tasks({ n: 4 })).tasks.map((t) => t.id)
  const { tasks } = adapted("told", "--adapt", "0")
  assert.deepEqual(
    tasks.map((t) => t.toldAs),
    own.slice(0, 3)
  )
  assert.ok(adapted("ppo", "--adapt", "0").tasks.every((t) => t.toldAs === undefined))
  const args = ["--adapt", "1", "--unseen", "2", "--episodes", "2", "--session", "wasm", "--deterministic"]
  const { stdout } = pgex(["evaluate", join(folder, "told"), ...args])
  assert.match(stdout, /^task +told as +before +after +gain/)
  assert.match(stdout, new RegExp(`\ngoal=\\S+ +${own[1]} `))
})

test("adaptation goes on from the meta-policy with the step sizes that it learned", () =>
  inSession(
    Effect.gen(function* () {
      const { store } = yield* readRun(join(folder, "maml"))
      const how = { steps: 2, unseen: 2, episodes: 4, actions: "mode" } as const
      const worth = yield* adaptRun(store, runs.maml, catalog, how, zeroKey)
      const artefact = yield* store.find("meta-training", "policy")
      const { tensors } = right(readSafetensors(yield* store.bytes(artefact ?? assert.fail("no policy")), "policy"))
      const named = (name: string) => tensors.find((t) => t.name === name)?.data ?? assert.fail(name)
      const rate = named("state.rate")
      assert.ok(rate.some((r) => r !== Math.fround(learning.inner.rate)))
      const { tasks } = right(navigationUniform.draw({ n: 4 }, child(zeroKey, "unseen", 0), 2))
      const policy = right(maml.makePolicy(navigation, runs.maml.network))
      const problem = { environment: navigation, policy, tasks, environmentsPerTask: 4 }
      const adapter = yield* maml.adapter!(learning, { ...problem, stepsPerTask: 240 })
      const at = { policy: named("policy"), arrays: { rate } }
      for (const [i, { policy: theta }] of (yield* adapter.adapt(at, 2, child(zeroKey, "adapt"))).entries()) {
        const evaluate = yield* evaluator({ ...problem, tasks: [tasks[i]!] })
        const [played] = yield* evaluate(theta, how, child(zeroKey, "evaluate"))
        assert.equal(worth.tasks[i]!.after.meanReturn, played!.meanReturn)
      }
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(silentProgress, Workers.here(catalog))))
  ))

test("pgex evaluate --adapt prints a table for people, success rates among it", () => {
  const args = ["--adapt", "1", "--unseen", "2", "--episodes", "2", "--session", "wasm", "--deterministic"]
  const { stdout } = pgex(["evaluate", join(folder, "maml"), ...args])
  assert.match(stdout, /^task +before +after +gain +success before +after\n/)
  assert.match(
    stdout,
    /\n2 unseen tasks of navigation-uniform, interquartile mean: before .*, after .*\ngain .*; success /
  )
  assert.match(
    stdout,
    /\n1 inner steps of maml a task, 240 environment steps each; most probable actions, 2 episodes a task\n$/
  )
})

for (const [name, args, sentence] of [
  ["maml", ["--task", "goal=0deg"], /Cannot use --adapt: want unseen tasks, got --task goal=0deg; leave --task out/],
  ["maml", ["--unseen", "0"], /Cannot use --unseen: want a whole number >= 1, got 0/],
  ["maml", ["--steps", "3"], /want stepsPerTask a multiple of 4 environments, got 3/],
  ["none", [], /want a run directory, got no such folder/]
] as const)
  test(`pgex evaluate ${name} --adapt 1 ${args.join(" ")} is refused in one sentence`, () => {
    const { code, stdout, stderr } = pgex(["evaluate", join(folder, name), "--adapt", "1", ...args, "--json"])
    assert.equal(code, 1)
    assert.match(stderr, sentence)
    assert.equal(typeof JSON.parse(stdout).error._tag, "string")
  })

test("a meta-policy of another architecture than the run's settings is refused with both named", () => {
  const other = join(folder, "other")
  cpSync(join(folder, "ppo"), other, { recursive: true })
  const file = join(other, "run.json")
  const run = JSON.parse(readFileSync(file, "utf8"))
  run.config.network.width = 8
  writeFileSync(file, JSON.stringify(run))
  const { code, stdout, stderr } = pgex(["evaluate", other, "--adapt", "1", "--unseen", "1", "--json"])
  assert.equal(code, 1)
  assert.equal(JSON.parse(stdout).error._tag, "ArgumentError")
  assert.match(stderr, /Cannot load a policy: want architecture .* 8 tanh, .*, got .* 16 tanh, /)
})

test("a family that has no unseen tasks left is refused with how many there are", () =>
  Effect.gen(function* () {
    const { tasks } = right(navigationUniform.tasks({ n: 4 }))
    const few = { ...navigationUniform, draw: () => navigationUniform.tasks({ n: 5 }) }
    const registry = { environments: [navigation], families: [few] }
    const draw = (count: number) =>
      unseenTasks(
        runs.ppo,
        { ...catalog, registry },
        { count, seen: tasks, key: zeroKey, fix: "ask for fewer with --unseen" }
      )
    const fewer = yield* draw(4)
    assert.deepEqual(
      fewer.map((t) => t.id),
      ["goal=72deg", "goal=144deg", "goal=216deg", "goal=288deg"]
    )
    const error = yield* Effect.flip(draw(5))
    assert.equal(
      error.message,
      "Cannot draw unseen tasks: want 5 tasks of navigation-uniform that the run was not trained on, got 4; ask for fewer with --unseen"
    )
  }).pipe(Effect.runPromise))
