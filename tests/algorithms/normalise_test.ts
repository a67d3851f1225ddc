/** Running normalisation: its numbers are VecNormalize's, its moments a learner's, its policies whole without it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  algorithmLaws,
  erased,
  evaluator,
  loadPolicy,
  type NetworkConfig,
  type Normalise,
  ppo,
  savePolicy,
  type TrainingProblem
} from "../../algorithms/mod.ts"
import { firstMoments, momentsSize, normaliser, remember } from "../../algorithms/normalise.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import { cartPole, frozenLake, pendulum } from "../../envs/mod.ts"
import { makeRows } from "../../envs/vector.ts"
import { readSafetensors, writeSafetensors } from "../../plugins/store/mod.ts"
import { gzipJson } from "../support/gzip_json.ts"
import { inSession, problemOf, right, train } from "./support.ts"

interface Running {
  readonly count: number
  readonly mean: readonly number[]
  readonly var: readonly number[]
}

interface Fixture {
  readonly environments: number
  readonly size: number
  readonly gamma: number
  readonly observation: readonly number[]
  readonly reward: readonly number[]
  readonly done: readonly number[]
  readonly moments: Readonly<Record<"observation" | "return", Running>>
  readonly returns: readonly number[]
  readonly probe: readonly number[]
  readonly normalised: readonly number[]
  readonly rewards: readonly number[]
  readonly normalisedRewards: readonly number[]
}

const both: Normalise = { observation: true, reward: true }
const network: NetworkConfig = { layers: 1, width: 8, activation: "tanh", taskOneHot: false, normalise: both }
const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void => {
  assert.equal(a.length, b.length)
  for (let i = 0; i < a.length; i++) {
    assert.ok(Math.abs(a[i]! - b[i]!) <= tolerance * Math.max(1, Math.abs(b[i]!)), `${i}: ${a[i]} for ${b[i]}`)
  }
}

/** A policy for observations of so many numbers. */
const policyFor = (size: number, normalise = both) => {
  const names = Array.from({ length: size }, (_, i) => `o${i}`)
  const observation = {
    ...pendulum.observation,
    names,
    units: names.map(() => ""),
    low: names.map(() => -Infinity),
    high: names.map(() => Infinity)
  }
  return right(ppo.makePolicy({ observation, action: pendulum.action }, { ...network, normalise }))
}

/** The transitions of a fixture from step to step. */
const rowsOf = (f: Fixture, from: number, to: number) => {
  const rows = makeRows((to - from) * f.environments, f.size)
  const [first, last] = [from * f.environments, to * f.environments]
  rows.observation.set(f.observation.slice(first * f.size, last * f.size))
  rows.reward.set(f.reward.slice(first, last))
  // Either end is an end.
  for (let i = first; i < last; i++) (i % 2 === 0 ? rows.terminated : rows.truncated)[i - first] = f.done[i]!
  return rows
}

test("moments, discounted returns and normalised numbers are those of Stable-Baselines3's VecNormalize", () => {
  const f = gzipJson<Fixture>("normalise/vec_normalize.json.gz")
  const policy = policyFor(f.size)
  const steps = f.reward.length / f.environments
  fc.assert(
    // However the steps fall into rollouts.
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: steps - 1 }), { maxLength: 4 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), steps]
      let memory = { moments: firstMoments(policy), discounted: new Float64Array(f.environments) } as ReturnType<
        typeof remember
      >
      for (const [i, to] of at.slice(1).entries()) memory = remember(policy, memory, rowsOf(f, at[i]!, to), f.gamma)
      const flat = [f.moments.observation, f.moments.return].flatMap((m) => [
        m.count,
        ...m.mean,
        ...m.var.map((v) => v * m.count)
      ])
      near(memory.moments ?? [], flat, 1e-10)
      near(memory.discounted, f.returns, 1e-12)
      const n = normaliser(policy)
      right(n.set(memory.moments))
      const seen = Float64Array.from(f.probe)
      for (let row = 0; row < seen.length; row += f.size) n.observation(seen, row)
      // VecNormalize rounds to float32.
      near(seen, f.normalised, 1e-6)
      near(n.rewards(Float64Array.from(f.rewards)), f.normalisedRewards, 1e-6)
    }),
    { numRuns: 20 }
  )
})

test("what is not normalised stays as it is, also before anything was seen", () => {
  const value = fc.double({ min: -9, max: 9, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 3, maxLength: 3 }), (x) => {
      const off = normaliser(policyFor(3, { observation: false, reward: false }))
      const rewards = Float64Array.from(x)
      const seen = Float64Array.from(x)
      off.observation(seen, 0)
      assert.deepEqual(seen, Float64Array.from(x))
      assert.equal(off.rewards(rewards), rewards)
      const fresh = normaliser(policyFor(3))
      right(fresh.set(firstMoments(policyFor(3))))
      fresh.observation(seen, 0)
      near(seen, x, 1e-7)
      near(fresh.rewards(rewards), x, 1e-7)
    })
  )
})

test("moments of another size, and discrete observations to be normalised, are refused", () => {
  const policy = policyFor(3)
  assert.equal(momentsSize(policy), 10)
  const set = normaliser(policy).set(new Float64Array(7))
  assert.match(E.isLeft(set) ? set.left.message : "", /want moments 10 numbers, got 7/)
  const made = ppo.makePolicy(frozenLake, network)
  assert.match(E.isLeft(made) ? made.left.message : "", /normalise\.observation false for discrete observations/)
})

for (const normalise of [both, { observation: false, reward: true }])
  for (const law of algorithmLaws(ppo, {
    environment: cartPole,
    tasks: [
      { id: "short", params: { length: 0.3 } },
      { id: "long", params: { length: 1 } }
    ],
    normalise
  }))
    test(`ppo, rewards${normalise.observation ? " and observations" : ""} normalised: ${law.name}`, () =>
      inSession(law.check).then((r) => assert.equal(r, undefined)))

/** PPO on one environment; its state, and mean return by mode. */
const learned = (problem: TrainingProblem, iterations: number, seed = 0) =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* ppo.learner({ ...ppo.defaults, learningRate: 3e-3, gamma: 0.95 }, problem)
      const state = yield* train(learner, yield* learner.init(child(zeroKey, seed)), iterations)
      const evaluate = yield* evaluator({ ...problem, environmentsPerTask: 20 })
      const how = { episodes: 40, actions: "mode" } as const
      const [result] = yield* evaluate(state.policy, how, child(zeroKey, "test", seed), state.moments)
      return { state, mean: result?.meanReturn ?? Number.NaN }
    })
  )

test("a policy comes back from its file with its moments, exactly, and without them is refused", async () => {
  const problem = problemOf(cartPole, { network: { normalise: both } })
  const { policy } = problem
  const { state, mean } = await learned(problem, 2)
  const origin = { algorithm: ppo, environment: cartPole, tasks: problem.tasks, moments: state.moments }
  const { tensors, meta } = savePolicy(policy, state.policy, origin)
  const file = right(readSafetensors(writeSafetensors(tensors, meta), "policy.safetensors"))
  const loaded = right(loadPolicy(file, [erased(ppo)], policy))
  assert.deepEqual(loaded.moments, state.moments)
  assert.deepEqual(loaded.policy.config.normalise, both)
  const again = await inSession(
    Effect.flatMap(evaluator({ ...problem, policy: loaded.policy, environmentsPerTask: 20 }), (evaluate) =>
      evaluate(loaded.theta, { episodes: 40, actions: "mode" }, child(zeroKey, "test", 0), loaded.moments)
    )
  )
  assert.equal(again[0]?.meanReturn, mean)
  const bare = loadPolicy({ ...file, tensors: file.tensors.slice(0, 1) }, [erased(ppo)])
  assert.match(E.isLeft(bare) ? bare.left.message : "", /want array "moments" 12 numbers to normalise by, got nothing/)
})
