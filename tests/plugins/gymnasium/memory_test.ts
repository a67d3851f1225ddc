/** Environments that remember: trained as any other, measured on instances that nobody has played, and named as such. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { evaluator, maml, ppo, sac } from "../../../algorithms/mod.ts"
import { untyped } from "../../../algorithms/untyped.ts"
import { child, key as keyOf, zeroKey } from "../../../core/random/mod.ts"
import { environmentLaws } from "../../../envs/laws/law.ts"
import { replay } from "../../../envs/mod.ts"
import { inSession, problemOf, small, train } from "../../algorithms/support.ts"
import { pgex } from "../../support/pgex.ts"
import { bridge, oddValue, python, right, skip } from "./support.ts"

const source = bridge()
after(() => source.close())
const here = fileURLToPath(new URL(".", import.meta.url))
const names = ["Counts", "Seeded", "Walks", "Normalised"] as const

/** What Gymnasium itself gives of an id for a seed and actions. */
const theirs = (name: string, seed: number, actions: readonly number[]): unknown => {
  const script = `
import json, sys, gymnasium, odd_values
env = gymnasium.make("value/${name}-v0")
obs, _ = env.reset(seed=${seed})
out = [obs.tolist()]
for action in ${JSON.stringify(actions)}:
    obs, reward, *_ = env.step(action)
    out.append([obs.tolist(), float(reward)])
print(json.dumps(out))`
  const env = { ...process.env, PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: "1" }
  return JSON.parse(spawnSync(python ?? "", ["-c", script], { env, encoding: "utf8" }).stdout)
}

for (const name of names)
  test(`${name}: replay is of an instance that nobody has played, each time: Gymnasium's numbers`, { skip }, () => {
    const env = oddValue(source, name)
    assert.equal(env.repeats, false)
    const actions = [0, 1, 1, 0, 1]
    for (const seed of [3, 3, 4]) {
      const { obs, steps } = right(replay(env, {}, right(keyOf(seed)), actions))
      assert.deepEqual([obs, ...steps.map((s) => [s.obs, s.reward])], theirs(name, seed, actions))
    }
  })

const some = { ...sac, defaults: { ...sac.defaults, learningStarts: 16, batch: 16, replay: 512 } }

for (const algorithm of [untyped(ppo), untyped(some), untyped(maml)])
  test(`${algorithm.id} trains on an environment that remembers, and goes on after a stop`, { skip }, () =>
    inSession(
      Effect.gen(function* () {
        const environment = oddValue(source, "Counts")
        const tasks = [0, 1].map((gain) => ({ id: `g${gain}`, params: { gain } }))
        const policy = right(algorithm.makePolicy(environment, small))
        const problem = problemOf(environment, { tasks, environmentsPerTask: 2, stepsPerTask: 48, policy })
        const learner = yield* algorithm.learner(algorithm.defaults, problem)
        const first = yield* learner.init(zeroKey)
        // The first episodes are the first: nothing was played before them.
        const half = yield* train(learner, first, 1)
        const again = yield* algorithm.learner(algorithm.defaults, problem)
        const { state, rows } = yield* again.iterate(right(again.load(learner.save(half))))
        assert.ok(state.policy.every(Number.isFinite))
        assert.equal(rows.length, 2)
        if (algorithm.id !== "maml") assert.deepEqual([...first.observation], [1, 1, 1, 1])
      })
    )
  )

test("evaluation plays instances that nobody has played", { skip }, () =>
  inSession(
    Effect.gen(function* () {
      const environment = oddValue(source, "Counts")
      const problem = problemOf(environment, { environmentsPerTask: 2, stepsPerTask: 20 })
      const evaluate = yield* evaluator(problem)
      const once = () => evaluate(problem.policy.init(zeroKey), { episodes: 4, actions: "mode" }, child(zeroKey, 1))
      assert.deepEqual(yield* once(), yield* once())
    })
  )
)

test("the laws of environments hold of one that remembers and says so", { skip }, () => {
  for (const law of environmentLaws(oddValue(source, "Seeded")))
    if (/equal keys|a batch of n|two batches|another key/.test(law.name)) assert.equal(law.check(), undefined, law.name)
})

test("an environment whose generator decides all is known as one that repeats", { skip }, () => {
  for (const name of ["Gives", "NanAt", "LargeMean"]) assert.equal(oddValue(source, name).repeats, undefined, name)
})

const sizes = Object.entries({
  session: "wasm",
  "meta.iterations": 1,
  "meta.stepsPerTask": 32,
  "meta.vector": 2,
  "surrogate.transitionsPerTask": 64,
  "surrogate.dimension": 10,
  "firstOrder.directions": 1,
  "truth.subsets": 0,
  "groupTraining.iterations": 1,
  "groupTraining.seeds": 1,
  "network.width": 8,
  "evaluation.episodes": 1
}).flatMap(([key, value]) => ["--set", `${key}=${value}`])

test("pgex run says of an environment that remembers what it cannot promise", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-memory-"))
  const id = "gymnasium:odd_values:value/Counts-v0"
  const family = ["--set", `family.id=${id}`, "--set", "family.n=2"]
  const options = ["--set", 'family.options={"parameter":"gain","values":"1,2"}']
  const args = ["run", "quick", "--out", join(folder, "run"), ...sizes, ...family, ...options]
  const { code, stderr } = pgex(args, "", { PGEX_PYTHON: python ?? "", PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: "1" })
  assert.equal(code, 0, stderr)
  assert.match(stderr, /Counts-v0 remembers .*a second run gives other numbers.*begin anew/s)
  assert.ok(readdirSync(join(folder, "run")).includes("summary.json"))
  rmSync(folder, { recursive: true })
})
