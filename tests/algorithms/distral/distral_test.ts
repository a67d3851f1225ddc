/** Distral where everything is known: one state, in which the best policies of a given c_KL and c_Ent have a closed form. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { objective, prior } from "../../../algorithms/distral/objective.ts"
import { algorithmLaws, type Distral, distral, distralDefaults, type TrainingProblem } from "../../../algorithms/mod.ts"
import {
  add,
  constant,
  evaluate,
  gradients,
  logSoftmax,
  mul,
  program,
  reshape,
  sum
} from "../../../core/program/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import { environment, number } from "../../../envs/mod.ts"
import { layer as wasm } from "../../../plugins/sessions/wasm/mod.ts"
import { built } from "../../core/program/support.ts"
import { inSession, problemOf, right, train } from "../support.ts"

const [TASKS, ACTIONS] = [2, 3]

const normal = (weights: readonly number[]): readonly number[] => {
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / total)
}

/**
 * π_i ∝ π_0^α·exp(β·r_i) and π_0 = mean_i π_i, by turns: neither can lower J. Source: Teh et al., arXiv:1707.04175, at one
 * state, where Q_i is the reward, with α = c_KL/(c_KL + c_Ent) and β = 1/(c_KL + c_Ent).
 */
const closedForm = (rewards: readonly (readonly number[])[], { kl, entropy }: Pick<Distral, "kl" | "entropy">) => {
  const [alpha, beta] = [kl / (kl + entropy), 1 / (kl + entropy)]
  let distilled: readonly number[] = new Array<number>(ACTIONS).fill(1 / ACTIONS)
  let own: readonly (readonly number[])[] = []
  for (let turn = 0; turn < 20_000; turn++) {
    own = rewards.map((r) => normal(r.map((x, a) => distilled[a]! ** alpha * Math.exp(beta * x))))
    distilled = distilled.map((_, a) => own.reduce((s, p) => s + p[a]! / rewards.length, 0))
  }
  return { distilled, own }
}

/** The gradient of the expected loss at these logits, all actions weighed by their probability: of the shared ones and each task's. */
const gradientAt = (
  c: Distral,
  rewards: readonly (readonly number[])[],
  shared: readonly number[],
  own: readonly number[]
) => {
  const rows = TASKS * ACTIONS
  const shapes = { shared: [ACTIONS], own: [rows], weight: [rows], old: [rows], reward: [rows] }
  const loss = built(
    program("distral", shapes, (x) => {
      const wide = add(reshape(x.own, [TASKS, ACTIONS]), x.shared)
      const logProb = reshape(logSoftmax(wide), [rows])
      const tasks = constant(new Float64Array(rows), [TASKS, ACTIONS])
      const distilled = reshape(add(tasks, logSoftmax(reshape(x.shared, [1, ACTIONS]))), [rows])
      const zero = constant(new Float64Array(rows), [rows])
      const seen = objective(c, {
        logProb,
        entropy: zero,
        value: zero,
        prior: distilled,
        old: { logProb: x.old, value: zero },
        advantage: x.reward,
        return: zero
      })
      const [dShared, dOwn] = gradients(sum(mul(seen.loss, x.weight)), [x.shared, x.own])
      return { dShared: dShared!, dOwn: dOwn!, logProb, distilled }
    })
  )
  const at = {
    shared,
    own,
    weight: new Array(rows).fill(0),
    old: new Array(rows).fill(0),
    reward: new Array(rows).fill(0)
  }
  const { logProb, distilled } = evaluate(loss, at)
  const w = prior(c)
  const flat = rewards.flat()
  const regularised = flat.map((r, i) => r + w.prior * distilled[i]! - w.own * logProb[i]!)
  const weight = Array.from(logProb, (l) => Math.exp(l) / TASKS)
  const { dShared, dOwn } = evaluate(loss, { ...at, weight, old: Array.from(logProb), reward: regularised })
  return [...dShared, ...dOwn]
}

test("the objective's gradient is zero at the closed form, and near it what the way back from it is", () =>
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: ACTIONS, maxLength: ACTIONS }), {
        minLength: TASKS,
        maxLength: TASKS
      }),
      fc.double({ min: 0.2, max: 2, noNaN: true }),
      fc.double({ min: 0.2, max: 2, noNaN: true }),
      (rewards, kl, entropy) => {
        const c = { ...distralDefaults, kl, entropy }
        const { distilled, own } = closedForm(rewards, c)
        const shared = distilled.map(Math.log)
        const logits = own.flatMap((p) => p.map((x, a) => Math.log(x) - shared[a]!))
        const norm = (g: readonly number[]): number => Math.hypot(...g)
        assert.ok(norm(gradientAt(c, rewards, shared, logits)) < 1e-10)
        // An action's log-probability that is 0.1 too high takes w·π·(δ − ⟨π, δ⟩) of its task's logits, δ the excess.
        const elsewhere = logits.map((x, i) => x + (i === 0 ? 0.1 : 0))
        const moved = own[0]!.map((p, a) => p * (a === 0 ? Math.exp(0.1) : 1))
        const total = moved.reduce((sum, p) => sum + p, 0)
        const pi = moved.map((p) => p / total)
        const want = pi.map((p, a) => (prior(c).own / TASKS) * p * 0.1 * ((a === 0 ? 1 : 0) - pi[0]!))
        const found = gradientAt(c, rewards, shared, elsewhere).slice(ACTIONS)
        for (const [i, g] of found.entries())
          assert.ok(Math.abs(g - (want[i] ?? 0)) < 1e-10, `${g}, want ${want[i] ?? 0}`)
      }
    ),
    { numRuns: 25 }
  ))

/** One state, three actions, one step; what an action pays is the task's. */
const arms = environment({
  id: "ThreeArms-v0",
  version: "1",
  summary: "Pull one of three arms",
  observation: { _tag: "Box", low: [0], high: [1], names: ["one"], units: [""], dtype: "float32" },
  action: { _tag: "Discrete", n: ACTIONS, names: ["a", "b", "c"] },
  parameters: Object.fromEntries(["r0", "r1", "r2"].map((name) => [name, number(0, "", -10, 10, "what an arm pays")])),
  maxEpisodeSteps: 1,
  secondsPerStep: 1,
  dynamics: (p) => ({
    stateSize: 1,
    observationSize: 1,
    actionSize: 1,
    reset: () => undefined,
    step: (_state, _at, action, _stream, outcome) => {
      outcome.reward = p[`r${action[0]}`] ?? 0
      outcome.terminated = true
    },
    observe: (_state, _at, out, outAt) => {
      out[outAt] = 1
    }
  })
})

const rewards = [
  [1, 0.4, 0],
  [0, 0.4, 1]
]
const ids = ["left", "right"]
const told = { layers: 0, width: 1, activation: "tanh", taskOneHot: true, id: "two-column" } as const

test("training comes to the closed form, of the tasks' policies and of the one that they are distilled into", async () => {
  const c: Distral = { ...distralDefaults, kl: 0.5, entropy: 0.25, learningRate: 0.02, anneal: true, batch: 256 }
  const policy = right(distral.makePolicy(arms, told, ids))
  const tasks = rewards.map(([r0, r1, r2], i) => ({ id: ids[i]!, params: { r0: r0!, r1: r1!, r2: r2! } }))
  const problem: TrainingProblem = {
    environment: arms,
    tasks,
    policy,
    environmentsPerTask: 32,
    stepsPerTask: 512,
    iterations: 120
  }
  const state = await inSession(
    Effect.gen(function* () {
      const learner = yield* distral.learner(c, problem)
      return yield* train(learner, yield* learner.init(zeroKey), problem.iterations)
    })
  )
  const seen = [1, 1, 0, 1, 0, 1, 1, 0, 0]
  const shapes = { theta: [policy.size], observation: [3, 3] }
  const head = built(program("head", shapes, (x) => ({ logits: policy.head(x.theta, x.observation).logits! })))
  const { logits } = evaluate(head, { theta: state.policy, observation: seen })
  const { distilled, own } = closedForm(rewards, c)
  const want = [...own, distilled]
  for (const [row, p] of want.entries()) {
    const got = normal(Array.from(rowOf(logits, row), Math.exp))
    for (const [a, x] of p.entries()) assert.ok(Math.abs(got[a]! - x) < 0.03, `row ${row}: ${got} for ${p}`)
  }
})

const rowOf = (x: ArrayLike<number>, row: number): readonly number[] =>
  Array.from(x).slice(row * ACTIONS, (row + 1) * ACTIONS)

const tasks = [
  { id: "left", params: { r0: 1 } },
  { id: "right", params: { r2: 1 } }
] as const

for (const law of algorithmLaws(distral, { environment: arms, tasks }))
  test(`distral: ${law.name}`, () =>
    Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(wasm()))).then((r) => assert.equal(r, undefined)))

test("a policy that is not told its task is refused, with the setting that tells it", () => {
  const policy = right(distral.makePolicy(arms, { ...told, id: "mlp", taskOneHot: false }))
  const problem = { environment: arms, tasks, policy, environmentsPerTask: 2, stepsPerTask: 4, iterations: 1 }
  const refused = distral.check?.(distralDefaults, problem)
  assert.ok(refused !== undefined && E.isLeft(refused))
  assert.match(refused.left.message, /told its task for distral.*set network\.taskOneHot=true/)
})

test("a network that sees nothing where it is told no task is refused, by name, and one that sees is not", () => {
  const seeing = ["mlp", "film", "soft-modules", "care", "mixture", "two-column"]
  for (const id of [...seeing, "multi-head", "paco", "moore"]) {
    const network = { ...told, layers: 1, width: 4, id }
    const policy = right(distral.makePolicy(arms, network, ids))
    const refused = distral.check?.(distralDefaults, problemOf(arms, { tasks, policy }))
    if (refused === undefined) assert.fail("no check")
    if (seeing.includes(id)) assert.ok(E.isRight(refused), id)
    else
      assert.match(JSON.stringify(refused), new RegExp(`network.id one that acts by what it sees.*two-column.*${id}`))
  }
})
