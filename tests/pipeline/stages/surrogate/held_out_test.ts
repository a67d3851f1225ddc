/** Estimators that judge an adaptation on transitions it did not see: cross-fitted regression, and one step ahead. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { makePolicy, ppo } from "../../../../algorithms/mod.ts"
import { child, fillNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import { allSubsets, equation5 } from "../../../../core/surrogate/mod.ts"
import { cartPole, cartPoleMirrored } from "../../../../envs/mod.ts"
import { blockGradients } from "../../../../pipeline/stages/surrogate/block_gradients.ts"
import { crossFittedGains, type JudgedRows } from "../../../../pipeline/stages/surrogate/cross_fitted.ts"
import { lookahead, lookaheadScores } from "../../../../pipeline/stages/surrogate/lookahead.ts"
import { taskAdvantages } from "../../../../pipeline/stages/surrogate/observe.ts"
import { inSession, right } from "../../../algorithms/support.ts"

const [count, dimension, environments] = [2048, 8, 8]

/** Rows y_t = sign(g̃_t·w + noise): as much to learn as `signal` says, and nothing at 0. */
const planted = (name: string, direction: readonly number[], signal: number): JudgedRows => {
  const s = stream(child(zeroKey, name))
  const [features, noise] = [new Float64Array(count * dimension), new Float64Array(count)]
  fillNormal(s, features)
  fillNormal(s, noise)
  const advantages = Float32Array.from({ length: count }, (_, row) =>
    direction.reduce((sum, w, c) => sum + signal * w * features[row * dimension + c]!, noise[row]!)
  )
  return { transitions: { count, environments }, data: { features: Float32Array.from(features), advantages } }
}

const [along, across] = [
  [1, 0, 0, 0, 0, 0, 0, 0],
  [0, 1, 0, 0, 0, 0, 0, 0]
]

test("a cross-fitted gain finds what is there, and nothing where there is only noise", async () => {
  const subsets = allSubsets(3, 1)
  const told = [planted("one", along, 1), planted("two", across, 0.3), planted("none", along, 0)]
  const [one, two, none] = (await inSession(crossFittedGains(told, subsets, dimension))).flat()
  assert.ok(one! > 0.05 && two! > 0.003, `${one}, ${two}`)
  assert.ok(one! > 5 * two! && none! < two! / 3, `${one}, ${two}, ${none}`)
})

test("a cross-fitted gain of noise alone is not above what chance brings, in 20 draws", async () => {
  const gains: number[] = []
  for (let draw = 0; draw < 20; draw++) {
    gains.push((await inSession(crossFittedGains([planted(`noise ${draw}`, along, 0)], [[0]], dimension)))[0]![0]!)
  }
  const mean = gains.reduce((a, b) => a + b, 0) / gains.length
  const deviation = Math.sqrt(gains.reduce((s, x) => s + (x - mean) ** 2, 0) / (gains.length - 1))
  // In-sample the gain of noise is positive in every draw. The damping that is chosen makes the best of four of it.
  assert.ok(mean < 3 * (deviation / Math.sqrt(gains.length)) + 1e-4, `${mean} of deviation ${deviation}`)
})

test("sharing with a task of the same kind gains more on other transitions than with one of another kind", async () => {
  const told = [planted("a", along, 0.5), planted("b", along, 0.5), planted("c", across, 0.5)]
  const subsets = allSubsets(3, 2)
  const gains = await inSession(crossFittedGains(told, subsets, dimension))
  const of = (pair: string): number => gains[subsets.findIndex((s) => s.join() === pair)]![0]!
  assert.ok(of("0,1") > 1.5 * of("0,2"), `${of("0,1")} and ${of("0,2")}`)
})

const policy = right(makePolicy(cartPole, { layers: 2, width: 16, activation: "tanh", taskOneHot: false }))
const { tasks } = right(cartPoleMirrored.tasks({ n: 4, jitter: 0.3 }))

/** Four cart-poles at a θ★ that was taught nothing: two of either side. */
const seen = Effect.gen(function* () {
  const problem = { environment: cartPole, tasks, policy, environmentsPerTask: 16, stepsPerTask: 128, iterations: 1 }
  const learner = yield* ppo.learner(ppo.defaults, problem)
  const at = yield* learner.init(zeroKey, { policy: policy.init(zeroKey) })
  const setting = {
    environment: cartPole,
    algorithm: ppo,
    algorithmConfig: ppo.defaults,
    policy,
    environmentsPerTask: 16,
    stepsPerTask: 128,
    episodes: 4
  }
  const config = {
    transitionsPerTask: 4096,
    normaliseAdvantages: true,
    baseline: "task",
    gamma: 0.99,
    lambda: 0.95
  } as const
  return { theta: at.policy, all: yield* taskAdvantages({ setting, tasks, at, config, key: zeroKey }) }
})

test("one short step ahead is the inner product of one half's gradient with the other half's step", () =>
  inSession(
    Effect.gen(function* () {
      const { theta, all } = yield* seen
      const length = 1e-5
      const place = { policy, theta }
      const { gains, steps } = yield* lookahead(place, all, { batch: 128, length })
      const blocks = yield* Effect.scoped(blockGradients(policy, theta, all))
      const means = blocks.map(({ blocks: B, values }) =>
        Float64Array.from({ length: policy.size }, (_, c) => {
          let sum = 0
          for (let b = 0; b < B; b++) sum += values[b * policy.size + c]!
          return sum / B
        })
      )
      const n = all.length
      for (let j = 0; j < n; j++) {
        for (let i = 0; i < n; i++) {
          // Of different tasks halves do not matter in the mean: g_i·Δ_j up to what the halves' noises have in common.
          const dot = means[i]!.reduce((sum, g, c) => sum + g * steps[j]![c]!, 0)
          const scale = Math.sqrt(means[i]!.reduce((s, g) => s + g * g, 0) * steps[j]!.reduce((s, d) => s + d * d, 0))
          if (i !== j)
            assert.ok(Math.abs(gains[j * n + i]! - dot) < 0.35 * scale, `${j} on ${i}: ${gains[j * n + i]}, ${dot}`)
        }
      }
    })
  ))

test("one step ahead tells mirrored cart-poles apart", () =>
  inSession(
    Effect.gen(function* () {
      const { theta, all } = yield* seen
      const { gains } = yield* lookahead({ policy, theta }, all, { batch: 128, length: 0.02 })
      const u = equation5(lookaheadScores(gains, 4, allSubsets(4, 2)), 4)
      // Tasks 0 and 2 push one way, 1 and 3 the other.
      const [same, other] = [u.values[0 * 4 + 2]! + u.values[1 * 4 + 3]!, u.values[0 * 4 + 1]! + u.values[2 * 4 + 3]!]
      assert.ok(same > 0 && same > 2 * other, `${same} and ${other}`)
    })
  ))
