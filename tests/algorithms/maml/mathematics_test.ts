import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { adapt } from "../../../algorithms/maml/adaptation.ts"
import type { Maml, Order } from "../../../algorithms/maml/config.ts"
import { metaGradientProgram, outerProgram } from "../../../algorithms/maml/mathematics.ts"
import type { Loss } from "../../../algorithms/meta/sample.ts"
import type { Policy } from "../../../algorithms/mod.ts"
import { adam, sgd } from "../../../core/optim/mod.ts"
import { evaluate, gradients, mean, mul, neg, program } from "../../../core/program/mod.ts"
import { built, close, reference, tol } from "../../core/program/support.ts"
import { config, policyOf, rollouts } from "./support.ts"

interface Data {
  readonly inputs: readonly number[][]
  readonly actions: readonly (number | number[])[]
  readonly weights: readonly number[]
}

interface Case {
  readonly kind: string
  readonly net: { readonly sizes: readonly number[] }
  readonly params: readonly number[]
  readonly inner_lr: number
  readonly tasks: readonly { readonly support: Data; readonly query: Data }[]
  readonly results: readonly {
    readonly inner_steps: number
    readonly meta_grad: readonly number[]
    readonly first_order_meta_grad: readonly number[]
    readonly tasks: readonly {
      readonly adapted_params: readonly number[]
      readonly meta_grad: readonly number[]
      readonly first_order_grad: readonly number[]
    }[]
  }[]
}

const { cases } = reference<{ readonly cases: readonly Case[] }>("maml")

for (const c of cases) {
  for (const result of c.results) {
    const name = `${c.kind}, ${result.inner_steps} inner steps`

    test(`adapt() and its derivative equal PyTorch's: ${name}`, () => {
      const policy = policyOf(c.kind, c.net.sizes)
      for (const order of ["second", "first"] as const) {
        for (const [i, { support, query }] of c.tasks.entries()) {
          const n = support.inputs.length
          const data = { observation: [n, policy.inputs], action: policy.actionShape(n), weight: [n] }
          const shapes = {
            theta: [policy.size],
            observation0: data.observation,
            action0: data.action,
            weight0: data.weight,
            observation1: data.observation,
            action1: data.action,
            weight1: data.weight
          }
          const p = built(
            program("maml", shapes, (x) => {
              const likelihood =
                (k: 0 | 1): Loss =>
                (theta) => {
                  const { logProb } = policy.logProb(theta, x[`observation${k}`], x[`action${k}`])
                  return neg(mean(mul(x[`weight${k}`], logProb)))
                }
              const steps = new Array<Loss>(result.inner_steps).fill(likelihood(0))
              const adapted = adapt(x.theta, steps, c.inner_lr, order)
              return { adapted, gradient: gradients(likelihood(1)(adapted), [x.theta])[0]! }
            })
          )
          const out = evaluate(p, {
            theta: c.params,
            observation0: support.inputs.flat(),
            action0: support.actions.flat(),
            weight0: support.weights,
            observation1: query.inputs.flat(),
            action1: query.actions.flat(),
            weight1: query.weights
          })
          const want = result.tasks[i]!
          close(out.adapted, want.adapted_params, tol.f64, "adapted parameters")
          close(out.gradient, order === "second" ? want.meta_grad : want.first_order_grad, tol.second, "meta-gradient")
        }
      }
    })
  }
}

const meta = (c: Maml, order: Order, policy: Policy, n: number) => {
  const p = built(metaGradientProgram({ config: c, order, policy, n }))
  return (theta: Float64Array, samples: Record<string, Float64Array>) =>
    evaluate(p, {
      ...samples,
      theta: theta.subarray(0, policy.size),
      rate: theta.length > policy.size ? theta.subarray(policy.size) : theta.map(() => c.inner.rate),
      score: [0.7]
    })
}

const small = fc.record({
  kind: fc.constantFrom("gaussian", "categorical"),
  steps: fc.integer({ min: 1, max: 3 }),
  objective: fc.constantFrom("ratio" as const, "logProb" as const),
  learner: fc.constantFrom("policyGradient" as const, "ppo" as const),
  learnRates: fc.boolean(),
  klPenalty: fc.constantFrom(0, 0.5),
  exploration: fc.constantFrom(0, 0.3),
  seed: fc.nat()
})

/** α short enough that no made-up sample makes the adaptation diverge. */
const STEP = 0.02

test("the meta-gradient equals finite differences, with every term and learned step sizes", () =>
  fc.assert(
    fc.property(small, ({ kind, steps, objective, learner, learnRates, klPenalty, exploration, seed }) => {
      const policy = policyOf(kind, [2, 3, 2])
      // The clipped ratio has kinks; with ε this large no made-up sample meets one.
      const way = { steps, objective, learner, epochs: learner === "ppo" ? 2 : 1, clip: 1, learnRates, rate: STEP }
      const c = config({ inner: way, outer: { klPenalty, exploration } })
      const { samples, theta } = rollouts(policy, steps, 5, seed)
      const at = meta(c, "second", policy, 5)
      const w = learnRates ? Float64Array.of(...theta, ...theta.map(() => STEP)) : theta
      const direction = rollouts(policy, 0, w.length, seed + 1).samples.advantage0!
      const step = 1e-5
      const along = (h: number) =>
        at(
          w.map((v, i) => v + h * direction[i]!),
          samples
        ).loss![0]!
      const [wide, difference] = [2 * step, step].map((h) => (along(h) - along(-h)) / (2 * h))
      const slope = at(w, samples).gradient!.reduce((sum, g, i) => sum + g * direction[i]!, 0)
      // Rounding gives 1e-16/step; what the differences leave out shows in how they change with the step.
      const tolerance = 1e-6 * Math.max(1, Math.abs(slope)) + Math.abs(wide! - difference!)
      assert.ok(Math.abs(difference! - slope) <= tolerance, `${difference} and ${slope}`)
    }),
    { numRuns: 40 }
  ))

test("the gradient in the step sizes is minus the product of the gradients before and after the step", () => {
  const policy = policyOf("categorical", [2, 3, 2])
  const { samples, theta } = rollouts(policy, 1, 6, 5)
  const w = Float64Array.of(...theta, ...theta.map(() => 0.1))
  const both = meta(config({ inner: { learnRates: true } }), "first", policy, 6)(w, samples).gradient!
  // Without a step the gradient after it is that of the sample: here of the one before.
  const before = { ...samples }
  for (const part of ["observation", "action", "logProb", "advantage"]) before[`${part}1`] = samples[`${part}0`]!
  const inner = meta(config({ inner: { rate: 0 } }), "first", policy, 6)(theta, before).gradient!
  const n = policy.size
  close(
    both.subarray(n),
    inner.map((g, i) => -g * both[i]!),
    tol.f64,
    "gradient in α"
  )
  assert.ok(both.subarray(n).some((g) => Math.abs(g) > 1e-6))
})

test("without adaptation all orders give the gradient of joint training", () => {
  const policy = policyOf("gaussian", [2, 3, 2])
  const { samples, theta } = rollouts(policy, 1, 6, 5)
  const still = config({ inner: { rate: 1e-9 } })
  const [second, first, reptile] = (["second", "first", "reptile"] as const).map(
    (order) => meta(still, order, policy, 6)(theta, samples).gradient!
  )
  close(first!, second!, 1e-7, "first order")
  // Reptile's way also holds the inner step itself: its gradient is the sum of both losses' gradients.
  const swapped = { ...samples }
  for (const part of ["observation", "action", "logProb", "advantage"]) swapped[`${part}1`] = samples[`${part}0`]!
  const inner = meta(still, "first", policy, 6)(theta, swapped).gradient!
  close(
    reptile!,
    first!.map((g, i) => g + inner[i]!),
    1e-5,
    "reptile"
  )
})

test("outerProgram() moves against the weighted mean of the tasks' gradients, by the learning rate at first", () => {
  const policy = policyOf("categorical", [2, 3, 2])
  const p = built(outerProgram(config({ outer: { learningRate: 0.25 } }), adam(), policy, 2))
  const n = policy.size
  const zero = new Float64Array(n)
  const gradient = Float64Array.from({ length: 2 * n }, (_, i) => (i < n ? 3 : -1))
  const inputs = { theta: zero, rate: zero, m: zero, v: zero, correction: [0, 0], gradient }
  const towards = (weight: readonly number[]) => evaluate(p, { ...inputs, weight }).theta[0]!
  assert.ok(Math.abs(towards([0.5, 0.5]) + 0.25) < 1e-7)
  assert.ok(Math.abs(towards([0.1, 0.9]) - 0.25) < 1e-7)
})

test("outerProgram() takes the step of the optimiser that it is given", () => {
  const policy = policyOf("categorical", [2, 3, 2])
  const p = built(outerProgram(config({ outer: { learningRate: 0.25 } }), sgd(), policy, 2))
  const n = policy.size
  const zero = new Float64Array(n)
  const gradient = Float64Array.from({ length: 2 * n }, (_, i) => (i < n ? 3 : -1))
  const inputs = { theta: zero, rate: zero, velocity: [], gradient, weight: [0.75, 0.25] }
  const { theta } = evaluate(p, inputs)
  assert.deepEqual(theta, new Float64Array(n).fill(-0.25 * 2))
})
