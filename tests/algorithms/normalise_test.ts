/** Running normalisation: its numbers are VecNormalize's, its moments a learner's, its policies whole without it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import {
  algorithmLaws,
  evaluator,
  loadPolicy,
  maml,
  type NetworkConfig,
  type Normalise,
  ppo,
  sac,
  savePolicy,
  type TrainingProblem,
  type Transitions,
  untyped
} from "../../algorithms/mod.ts"
import { firstMoments, momentsSize, normaliser, updateMoments } from "../../algorithms/normalise.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import {
  cartPole,
  type Environment,
  expectedReturn,
  frozenLake,
  type LinearQuadraticParams,
  linearQuadratic,
  optimalPolicy,
  pendulum
} from "../../envs/mod.ts"
import { makeRows } from "../../envs/vector.ts"
import { wrapped } from "../../envs/wrappers/wrap.ts"
import { readSafetensors, writeSafetensors } from "../../plugins/runs/store/mod.ts"
import { gzipJson } from "../support/gzip_json.ts"
import { identityBox } from "./environments.ts"
import { inSession, problemOf, right, small, train, twoPoles } from "./support.ts"

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
const one = [{ id: "only" }]
const first = (): number => 0
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
        typeof updateMoments
      >
      for (const [i, to] of at.slice(1).entries())
        memory = updateMoments(policy, memory, rowsOf(f, at[i]!, to), f.gamma, one)
      const flat = [f.moments.observation, f.moments.return].flatMap((m) => [
        m.count,
        ...m.mean,
        ...m.var.map((v) => v * m.count)
      ])
      near(memory.moments ?? [], flat, 1e-10)
      near(memory.discounted, f.returns, 1e-12)
      const n = normaliser(policy, one)
      right(n.set(memory.moments))
      const seen = Float64Array.from(f.probe)
      for (let row = 0; row < seen.length; row += f.size) n.observation(seen, row)
      // VecNormalize rounds to float32.
      near(seen, f.normalised, 1e-6)
      near(n.rewards(Float64Array.from(f.rewards), first), f.normalisedRewards, 1e-6)
    }),
    { numRuns: 20 }
  )
})

test("what is not normalised stays as it is, also before anything was seen", () => {
  const value = fc.double({ min: -9, max: 9, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 3, maxLength: 3 }), (x) => {
      const off = normaliser(policyFor(3, { observation: false, reward: false }), one)
      const [rewards, seen] = [Float64Array.from(x), Float64Array.from(x)]
      off.observation(seen, 0)
      assert.deepEqual(seen, Float64Array.from(x))
      assert.equal(off.rewards(rewards, first), rewards)
      const fresh = normaliser(policyFor(3), one)
      right(fresh.set(firstMoments(policyFor(3))))
      fresh.observation(seen, 0)
      near(seen, x, 1e-7)
      near(fresh.rewards(rewards, first), x, 1e-7)
    })
  )
})

test("moments of another size, and discrete observations to be normalised, are refused", () => {
  const policy = policyFor(3)
  assert.equal(momentsSize(policy), 10)
  const set = normaliser(policy, one).set(new Float64Array(7))
  assert.match(E.isLeft(set) ? set.left.message : "", /want moments 10 numbers, got 7/)
  const made = ppo.makePolicy(frozenLake, network)
  assert.match(E.isLeft(made) ? made.left.message : "", /normalise\.observation false for discrete observations/)
})

const alike = [
  { id: "a", params: {} },
  { id: "b", params: {} }
] as const
const rewards: Normalise = { observation: false, reward: true }
const observations: Normalise = { observation: true, reward: false }

for (const [algorithm, ground] of [
  [untyped(ppo), { ...twoPoles, normalise: both }],
  [untyped(ppo), { ...twoPoles, normalise: rewards }],
  [untyped(sac), { environment: identityBox, tasks: alike, normalise: both }],
  [untyped(sac), { ...twoPoles, normalise: observations }],
  [untyped(maml), { ...twoPoles, normalise: observations }]
] as const) {
  const what = Object.entries(ground.normalise).flatMap(([name, on]) => (on ? [name] : []))
  for (const law of algorithmLaws(algorithm, ground))
    test(`${algorithm.id}, ${what.join(" and ")} normalised: ${law.name}`, () =>
      inSession(law.check).then((r) => assert.equal(r, undefined)))
}

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
  const loaded = right(loadPolicy(file, [untyped(ppo)], policy))
  assert.deepEqual(loaded.moments, state.moments)
  assert.deepEqual(loaded.policy.config.normalise, both)
  const again = await inSession(
    Effect.flatMap(evaluator({ ...problem, policy: loaded.policy, environmentsPerTask: 20 }), (evaluate) =>
      evaluate(loaded.theta, { episodes: 40, actions: "mode" }, child(zeroKey, "test", 0), loaded.moments)
    )
  )
  assert.equal(again[0]?.meanReturn, mean)
  const bare = loadPolicy({ ...file, tensors: file.tensors.slice(0, 1) }, [untyped(ppo)])
  assert.match(E.isLeft(bare) ? bare.left.message : "", /want array "moments" 12 numbers to normalise by, got nothing/)
})

const target = { target_x: 0, target_y: 0, reset_radius: 1, noise: 0 }
const regulator: LinearQuadraticParams = { gain: 0.5, angle: 0, state_cost: 1, action_cost: 0.1, ...target }
const FAR = 300
const FINE = 0.01
const DEAR = 1e4

const names = ["x", "y"]

/** The linear-quadratic task in units that no network is made for, its observations rounded or not. */
const scaledBy = (far: number, fine: number, dtype: "float32" | "float64"): Environment => ({
  ...wrapped(linearQuadratic, "illScaled", {}, (d) => ({
    ...d,
    observe: (state, at, out, outAt) => {
      const own = new Float64Array(d.observationSize)
      d.observe(state, at, own, 0)
      for (const [i, x] of own.entries()) out[outAt + i] = far + fine * x
    },
    step: (state, at, action, stream, outcome) => {
      d.step(state, at, action, stream, outcome)
      outcome.reward *= DEAR
    }
  })),
  observation: { _tag: "Box", low: [-Infinity, -Infinity], high: [Infinity, Infinity], names, units: names, dtype }
})
const illScaled = scaledBy(FAR, FINE, "float32")

const best = optimalPolicy(regulator)
const [optimum, idle] = [expectedReturn(regulator, best), expectedReturn(regulator, { ...best, gain: 0 })]
const tasks = [{ id: "only", params: { ...regulator } }]

test("PPO learns from float64 observations whose mean float32 cannot hold: seconds since 1970", async () => {
  const seconds = scaledBy(1.7e9, 1, "float64")
  const { mean } = await learned(problemOf(seconds, { tasks, stepsPerTask: 1280, network: { normalise: both } }), 20)
  assert.ok((optimum - mean / DEAR) / (optimum - idle) < 0.05, `${mean / DEAR} of ${optimum}`)
})

const soon = { ...sac, defaults: { ...sac.defaults, learningStarts: 64, batch: 32, replay: 4096 } }

for (const algorithm of [untyped(ppo), untyped(soon)])
  test(`${algorithm.id} sees of a far observation what it sees of a near one, and after taking up a state`, async () => {
    const network = { normalise: observations }
    const seen = (far: number) =>
      inSession(
        Effect.gen(function* () {
          const environment = scaledBy(far, 1, "float64")
          const policy = right(algorithm.makePolicy(environment, { ...small, ...network }))
          const problem = problemOf(environment, { tasks, stepsPerTask: 64, policy })
          const learner = yield* algorithm.learner(algorithm.defaults, problem)
          const state = yield* train(learner, yield* learner.init(child(zeroKey, 5)), 3)
          const half = yield* train(learner, yield* learner.init(child(zeroKey, 5)), 2)
          const again = yield* train(learner, right(learner.load(learner.save(half))), 1)
          assert.deepEqual(again.policy, state.policy)
          const { moments = [] } = state
          return { deviation: Math.sqrt((moments[3] ?? 0) / (moments[0] ?? 1)) }
        })
      )
    const [near0, far0] = [await seen(0), await seen(2 ** 31)]
    assert.ok(Math.abs(far0.deviation / near0.deviation - 1) < 0.5, `${far0.deviation} for ${near0.deviation}`)
  })

test("PPO learns in units that it was not made for by both normalisations, and by neither alone", async () => {
  /** What is left of the way from doing nothing to the best policy. */
  const left = async (normalise?: Normalise): Promise<number> => {
    const network = normalise === undefined ? {} : { normalise }
    const { mean } = await learned(problemOf(illScaled, { tasks, stepsPerTask: 1280, network }), 20)
    return (optimum - mean / DEAR) / (optimum - idle)
  }
  assert.ok((await left(both)) < 0.05)
  assert.ok((await left(observations)) > 0.5)
  assert.ok((await left(rewards)) > 0.5)
  assert.ok((await left()) > 0.5)
})

test("a meta-learner, whose advantages have no unit, refuses to normalise rewards", async () => {
  const problem = problemOf(cartPole, { tasks: twoPoles.tasks, network: { normalise: both } })
  const error = await inSession(Effect.flip(maml.learner(maml.defaults, problem)))
  assert.match(error.message, /want normalise\.reward false with a meta-learner/)
})

/** Next rows that no episode's end, nor the rollout's, parts from a row. */
const follows = (t: Transitions, row: number): boolean =>
  t.terminated[row]! + t.truncated[row]! === 0 && row + t.environments < t.count

for (const normalise of [both, observations, undefined])
  test(`transitions show what was reached as the next step sees it${normalise === undefined ? "" : ", normalised"}`, () =>
    inSession(
      Effect.gen(function* () {
        const problem = problemOf(cartPole, normalise === undefined ? {} : { network: { normalise } })
        const learner = yield* ppo.learner(ppo.defaults, problem)
        const state = yield* train(learner, yield* learner.init(zeroKey), 1)
        const collector = yield* ppo.collector(ppo.defaults, problem)
        const [t] = yield* collector.collect(state, 200, zeroKey)
        assert.ok(t !== undefined)
        const width = problem.policy.inputs
        const of = (x: ArrayLike<number>, row: number) => Array.from(x).slice(row * width, (row + 1) * width)
        const rows = Array.from({ length: t.count }, (_, row) => row).filter((row) => follows(t, row))
        assert.ok(rows.length > 50)
        for (const row of rows) {
          assert.deepEqual(of(t.nextObservation, row), of(t.observation, row + t.environments))
          assert.equal(t.nextValue[row], t.value[row + t.environments])
        }
      })
    ))
