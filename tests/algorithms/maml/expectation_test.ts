/** Meta-gradients in expectation: all that can be drawn from a small process, each weighed by its probability. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Maml } from "../../../algorithms/maml/config.ts"
import { emaml, maml, promp } from "../../../algorithms/maml/maml.ts"
import { adaptation, at, metaGradientProgram, metaShapes, samplesOf } from "../../../algorithms/maml/mathematics.ts"
import { makePolicy, type Policy } from "../../../algorithms/mod.ts"
import {
  evaluatePolicy,
  type Mdp,
  policyCurvature,
  policyGradient,
  softmax,
  softmaxSlope
} from "../../../core/mdp/mod.ts"
import { evaluate, program, stopGradient } from "../../../core/program/mod.ts"
import type { Space } from "../../../envs/mod.ts"
import { differences, dot, madeUp, normals, seeds } from "../../core/mdp/arbitrary.ts"
import { built, close } from "../../core/program/support.ts"
import { right } from "../support.ts"
import { policyOf, rollouts } from "./support.ts"

const [STATES, ACTIONS] = [2, 2]
const ALPHA = 0.3

const states: Space = {
  _tag: "Box",
  low: new Array(STATES).fill(0),
  high: new Array(STATES).fill(1),
  names: ["0", "1"],
  units: ["", ""],
  dtype: "float64"
}

/** A table of logits as a network: linear in which state it is. What the bias does is done by the weights too, and it stays 0. */
const policy = right(
  makePolicy(
    { observation: states, action: { _tag: "Discrete", n: ACTIONS, names: ["0", "1"] } },
    { layers: 0, width: 1, activation: "tanh", taskOneHot: false }
  )
)

/** θ(s, a) of the network's numbers: W[a, s] + b[a]. */
const tableOf = (theta: Float64Array): Float64Array =>
  Float64Array.from({ length: STATES * ACTIONS }, (_, i) => {
    const [s, a] = [Math.floor(i / ACTIONS), i % ACTIONS]
    return theta[a * STATES + s]! + theta[ACTIONS * STATES + a]!
  })

/** The slope in the network's numbers of what has this slope in the table. */
const ofTable = (slope: Float64Array): Float64Array => {
  const out = new Float64Array(policy.size)
  for (const [i, x] of slope.entries()) {
    const [s, a] = [Math.floor(i / ACTIONS), i % ACTIONS]
    out[a * STATES + s]! += x
    out[ACTIONS * STATES + a]! += x
  }
  return out
}

interface Rows {
  readonly observation: Float64Array
  readonly action: Float64Array
  readonly logProb: Float64Array
  readonly advantage: Float64Array
}

const rowsOf = (theta: Float64Array, pairs: readonly (readonly [s: number, a: number, advantage: number])[]): Rows => {
  const own = softmax(ACTIONS, tableOf(theta))
  return {
    observation: Float64Array.from(pairs.flatMap(([s]) => [0, 1].map((k) => (k === s ? 1 : 0)))),
    action: Float64Array.from(pairs, ([, a]) => a),
    logProb: Float64Array.from(pairs, ([s, a]) => Math.log(own[s * ACTIONS + a]!)),
    advantage: Float64Array.from(pairs, ([, , advantage]) => advantage)
  }
}

/** As many transitions as there are pairs of state and action, whose mean is the expectation over visits. */
const expected = (process: Mdp, theta: Float64Array): Rows => {
  const e = evaluatePolicy(process, softmax(ACTIONS, tableOf(theta)))
  const n = STATES * ACTIONS
  return rowsOf(
    theta,
    Array.from(e.q, (_, i): [number, number, number] => {
      const s = Math.floor(i / ACTIONS)
      const weight = (n * e.visitation[s]! * e.policy[i]!) / (1 - process.gamma)
      return [s, i % ACTIONS, weight * e.advantage[i]!]
    })
  )
}

const numbered = (rows: Rows, k: number) => Object.fromEntries(Object.entries(rows).map(([name, v]) => [name + k, v]))

const metaGradient = (c: Maml, n: number) => {
  const p = built(metaGradientProgram({ config: c, order: "second", policy, n }))
  return (theta: Float64Array, before: Rows, after: Rows, score = 0): Float64Array =>
    evaluate(p, {
      theta,
      rate: theta.map(() => ALPHA),
      score: [score],
      ...numbered(before, 0),
      ...numbered(after, 1)
    }).gradient!
}

const start = (seed: number) => ofTable(normals(seed + 1, STATES * ACTIONS)).map((x) => x / 2)

/** θ + α∇J(θ), by the exact gradient. */
const adaptedBy = (process: Mdp, theta: Float64Array): Float64Array => {
  const slope = ofTable(policyGradient(process, tableOf(theta)))
  return theta.map((x, i) => x + ALPHA * slope[i]!)
}

/** ∇²J·v less the derivatives of visits and of Q: what ratios of single actions have of it. */
const curvatureOfRatios = (process: Mdp, theta: Float64Array, v: Float64Array): Float64Array => {
  const e = evaluatePolicy(process, softmax(ACTIONS, theta))
  const turned = softmaxSlope(ACTIONS, e.policy, v)
  const valueTurn = new Float64Array(STATES)
  for (const [i, x] of turned.entries()) valueTurn[Math.floor(i / ACTIONS)]! += x * e.q[i]!
  return e.q.map((_, i) => {
    const s = Math.floor(i / ACTIONS)
    const turn = turned[i]! * e.advantage[i]! - e.policy[i]! * valueTurn[s]!
    return (e.visitation[s]! * turn) / (1 - process.gamma)
  })
}

const change = (c: Maml, inner: Partial<Maml["inner"]>, outer: Partial<Maml["outer"]> = {}): Maml => ({
  ...c,
  inner: { ...c.inner, rate: ALPHA, ...inner },
  outer: { ...c.outer, ...outer }
})

test("maml's and promp's gradient is that of what the exact step reaches, where no action leads anywhere", () =>
  fc.assert(
    fc.property(seeds, fc.constantFrom(maml, promp), (seed, { defaults }) => {
      // Without a future neither visits nor Q depend on the policy, and ratios of single actions are all there is.
      const process = madeUp(seed, STATES, ACTIONS, 0)
      const theta = start(seed)
      const adapted = adaptedBy(process, theta)
      const objective = (at: Float64Array) =>
        evaluatePolicy(process, softmax(ACTIONS, tableOf(adaptedBy(process, at)))).objective
      const gradient = metaGradient(change(defaults, {}), STATES * ACTIONS)(
        theta,
        expected(process, theta),
        expected(process, adapted)
      )
      const v = normals(seed + 2, theta.length)
      const slope = differences(objective, theta, v)
      assert.ok(Math.abs(slope + dot(gradient, v)) <= 1e-8, `${-dot(gradient, v)}, want ${slope}`)
      const after = ofTable(policyGradient(process, tableOf(adapted)))
      const bent = ofTable(policyCurvature(process, tableOf(theta), tableOf(after)))
      close(
        gradient,
        after.map((x, i) => -x - ALPHA * bent[i]!),
        1e-12,
        "(I + α∇²J)∇J(θ′)"
      )
    }),
    { numRuns: 50 }
  ))

test("where actions lead somewhere, the low-variance curvature lacks the ways through visits and Q, and nothing else", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const process = madeUp(seed, STATES, ACTIONS, 0.8)
      const theta = start(seed)
      const adapted = adaptedBy(process, theta)
      const both = [expected(process, theta), expected(process, adapted)] as const
      const after = ofTable(policyGradient(process, tableOf(adapted)))
      const bent = ofTable(curvatureOfRatios(process, tableOf(theta), tableOf(after)))
      const want = after.map((x, i) => -x - ALPHA * bent[i]!)
      close(metaGradient(change(promp.defaults, {}), STATES * ACTIONS)(theta, ...both), want, 1e-12, "ratio")
    }),
    { numRuns: 50 }
  ))

/** One transition a state, whose mean ratio has this slope in the table. */
const sloped = (theta: Float64Array, slope: Float64Array): Rows => {
  const own = softmax(ACTIONS, tableOf(theta))
  const states = Array.from({ length: STATES }, (_, s) => s)
  return rowsOf(
    theta,
    states.map((s): [number, number, number] => [s, 0, (STATES * slope[s * ACTIONS]!) / (1 - own[s * ACTIONS]!)])
  )
}

/** What θ and the policy adapted from it say of the actions of both rollouts: those that drew them. */
const likelihoods = (own: Policy, samples: Readonly<Record<string, Float64Array>>, theta: Float64Array) => {
  const n = samples.advantage0!.length
  const config = change(maml.defaults, { rate: 0.05 })
  const p = built(
    program("likelihoods", metaShapes(config, own, n), (x) => {
      const [before, after] = samplesOf(x, 1)
      const logProb0 = own.logProb(x.theta!, before!.observation, before!.action).logProb
      const drawn = [{ ...before!, logProb: stopGradient(logProb0) }, after!]
      const { adapted } = adaptation(config, "second", own, at(x), drawn)
      return { logProb0, logProb1: own.logProb(adapted, after!.observation, after!.action).logProb }
    })
  )
  return evaluate(p, { ...samples, theta, rate: theta.map(() => 0.05) })
}

/** Every way of so many steps: states and actions, with its probability but for the policy's. */
const ways = (
  process: Mdp,
  steps: number
): readonly { readonly pairs: readonly number[]; readonly chance: number }[] => {
  let all = Array.from(process.start, (chance, s) => ({ pairs: [] as readonly number[], at: s, chance }))
  for (let t = 0; t < steps; t++)
    all = all.flatMap(({ pairs, at, chance }) =>
      Array.from({ length: ACTIONS * STATES }, (_, k) => {
        const pair = at * ACTIONS + Math.floor(k / STATES)
        const next = k % STATES
        return { pairs: [...pairs, pair], at: next, chance: chance * process.transition[pair * STATES + next]! }
      })
    )
  return all
}

test("emaml's gradient is that of what a sampled step reaches, over all rollouts that the policy may draw", () =>
  fc.assert(
    fc.property(seeds, (seed) => {
      const process = madeUp(seed, STATES, ACTIONS, 0.6)
      const theta = start(seed)
      const n = 2
      const drawn = ways(process, n).map(({ pairs, chance }) => {
        const [first = 0, second = 0] = pairs.map((i) => process.reward[i]!)
        const returns = [first + process.gamma * second, second]
        const rows = (at: Float64Array) =>
          rowsOf(
            at,
            pairs.map((i, t): [number, number, number] => [Math.floor(i / ACTIONS), i % ACTIONS, returns[t]!])
          )
        const likelihood = (at: Float64Array) => pairs.reduce((p, i) => p * softmax(ACTIONS, tableOf(at))[i]!, chance)
        const adapted = (at: Float64Array) => {
          const own = softmax(ACTIONS, tableOf(at))
          const slope = new Float64Array(STATES * ACTIONS)
          for (const [t, i] of pairs.entries())
            for (let b = 0; b < ACTIONS; b++) {
              const j = i - (i % ACTIONS) + b
              slope[j]! += ((j === i ? 1 : 0) - own[j]!) * (returns[t]! / n)
            }
          return at.map((x, k) => x + ALPHA * ofTable(slope)[k]!)
        }
        return { rows, likelihood, adapted }
      })
      const worth = (at: Float64Array) => evaluatePolicy(process, softmax(ACTIONS, tableOf(at))).objective
      const objective = (at: Float64Array) =>
        drawn.reduce((sum, { likelihood, adapted }) => sum + likelihood(at) * worth(adapted(at)), 0)
      const v = normals(seed + 2, theta.length)
      const slope = differences(objective, theta, v)
      const along = (c: Maml) => {
        const at = metaGradient(c, n)
        return drawn.reduce((sum, { rows, likelihood, adapted }) => {
          const after = adapted(theta)
          const gradient = at(theta, rows(theta), sloped(after, policyGradient(process, tableOf(after))), worth(after))
          return sum - likelihood(theta) * dot(gradient, v)
        }, 0)
      }
      // log π of a rollout is the sum over its transitions, of which the learner takes the mean.
      const found = along(change(emaml.defaults, {}, { exploration: n }))
      assert.ok(Math.abs(slope - found) <= 1e-8, `${found}, want ${slope}`)
      // The term alone makes it so, and ratios would count what sampling does to the step twice.
      for (const other of [
        change(emaml.defaults, {}, { exploration: 0 }),
        change(maml.defaults, {}, { exploration: n })
      ])
        assert.ok(Math.abs(slope - along(other)) > 1e-6)
    }),
    { numRuns: 8 }
  ))

test("promp's first update is maml's, and emaml's where tasks do equally well is maml's of the sampled step", () =>
  fc.assert(
    fc.property(seeds, fc.constantFrom("gaussian", "categorical"), (seed, kind) => {
      const own = policyOf(kind, [2, 3, 2])
      const n = 6
      const { samples, theta } = rollouts(own, 1, n, seed)
      const at = (c: Maml, data: Readonly<Record<string, Float64Array>>) =>
        evaluate(built(metaGradientProgram({ config: c, order: "second", policy: own, n })), {
          ...data,
          theta,
          rate: theta.map(() => c.inner.rate),
          score: [0]
        }).gradient!
      const drawn = { ...samples, ...likelihoods(own, samples, theta) }
      const way = { rate: 0.05 } as const
      close(at(change(promp.defaults, way), drawn), at(change(maml.defaults, way), drawn), 1e-10, "promp")
      const sampled = change(maml.defaults, { ...way, objective: "logProb" })
      close(at(change(emaml.defaults, way), samples), at(sampled, samples), 1e-10, "emaml")
    }),
    { numRuns: 20 }
  ))
