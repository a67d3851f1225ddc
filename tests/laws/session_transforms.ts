/** Laws of sessions: transformed programs, random programs, and the programs that learning is made of. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { adam, clipNorm } from "../../core/optim/mod.ts"
import {
  constant,
  grad,
  gradients,
  hvp,
  jvp,
  mul,
  type Program,
  perExample,
  program,
  reshape,
  size,
  square,
  sub,
  sum,
  vjp
} from "../../core/program/mod.ts"
import { construct, numbers, recipe, valuesFor } from "../core/program/arbitrary.ts"
import { operations, positive } from "../core/program/operations.ts"
import { type Net, policy, weighted } from "../core/program/policies.ts"
import { built, probe } from "../core/program/support.ts"
import { agree, agreeing, type Case, type Subject, within } from "./session_support.ts"

const net = (sizes: readonly number[], activation: "tanh" | "relu", extra: number): Net => ({
  sizes,
  hidden_activation: activation,
  extra_params: extra,
  n_params: 0
})
const policies = {
  "tanh categorical 4-64-64-2": net([4, 64, 64, 2], "tanh", 0),
  "relu categorical 7-33-17-11": net([7, 33, 17, 11], "relu", 0),
  "tanh gaussian 5-16-3": net([5, 16, 3], "tanh", 3)
}

export const transformLaws = (subject: Subject): void => {
  const { name, compilesSlowly, sampled } = subject

  for (const [operation, entries] of Object.entries(operations)) {
    test(`${name}: ${operation} under grad, jvp, vjp, hvp and perExample`, () =>
      within(subject, (s) =>
        Effect.gen(function* () {
          const cases = entries.flatMap((f): Case[] => {
            const p = built(
              program(operation, { x: [12] }, ({ x }) => {
                const y = reshape(f(x), [size(f(x).shape)])
                return { y, loss: sum(mul(square(y), constant(numbers(y.shape[0]!, 2)))) }
              })
            )
            const x = positive
            const v = numbers(12, 5)
            const bar = numbers(p.outputs.y.shape[0]!, 6)
            const second = built(hvp({ of: "loss", wrt: "x" })(p))
            const each = built(perExample({ batched: ["x"], size: 3 })(built(grad({ of: "loss", wrt: ["x"] })(p))))
            const three = [1, 0.9, 1.2].flatMap((c) => [...x.map((e) => c * e)])
            return [
              { what: "hvp", program: second, given: { x, "v.x": v } },
              { what: "jvp", program: built(jvp({ wrt: ["x"] })(p)), given: { x, "dot.x": v } },
              { what: "vjp", program: built(vjp({ of: ["y"], wrt: ["x"] })(p)), given: { x, "bar.y": bar } },
              { what: "per example", program: each, given: { x: three } }
            ]
          })
          const compared = yield* agreeing(subject, s, cases)
          assert.equal(compared, cases.length, "the operation alone is well-conditioned")
        })
      ))
  }

  /** Random programs differ from run to run: few at a time are many in the end. */
  const [runs, fewerRuns] = compilesSlowly || sampled ? [20, 10] : [150, 75]

  test(`${name}: random programs and their gradients`, async () => {
    let compared = 0
    await within(subject, (s) =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(recipe(0), async (r) => {
            const p: Program<string, string> = construct(r)
            const whole = built(grad<string, string>({ of: "loss", wrt: ["a", "b", "c"] })(p))
            if (await Effect.runPromise(agree(subject, s, whole, valuesFor(r)))) compared++
          }),
          { numRuns: runs }
        )
      )
    )
    assert.ok(compared > runs / 2, `only ${compared} of ${runs} could be compared`)
  })

  test(`${name}: random programs batched, pushed forward and differentiated twice`, async () => {
    let compared = 0
    await within(subject, (s) =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(recipe(1), async (r) => {
            const plain: Program<string, string> = construct(r)
            const twice = built(hvp<string, string>({ of: "loss", wrt: "b" })(plain))
            const wide = built(perExample<string>({ batched: ["a", "v.b"], size: 2 })(twice))
            const x = valuesFor(r)
            const given = { ...x, a: numbers(2 * x.a.length, 4), "v.b": numbers(2 * x.b.length, 5) }
            if (await Effect.runPromise(agree(subject, s, wide, given))) compared++
          }),
          { numRuns: fewerRuns }
        )
      )
    )
    assert.ok(compared > fewerRuns / 2, `only ${compared} of ${fewerRuns} could be compared`)
  })

  // The first is the largest.
  for (const [kind, shape] of Object.entries(policies).slice(sampled ? 1 : 0)) {
    const p = policy(shape)
    const [rows, inputs] = [sampled ? 6 : 24, shape.sizes[0]!]
    const actions = size(p.actions(rows))
    const given = {
      theta: probe(1, p.size).map((x) => 0.3 * x),
      x: numbers(rows * inputs, 1),
      a: shape.extra_params > 0 ? numbers(actions, 2) : Float64Array.from({ length: actions }, (_, i) => i % 2),
      w: numbers(rows, 3)
    }
    const shapes = { theta: [p.size], x: [rows, inputs], a: p.actions(rows), w: [rows] }
    const loss = built(program(kind, shapes, ({ theta, x, a, w }) => ({ loss: weighted(p, theta, x, a, w) })))

    test(`${name}: loss, gradient and Hessian-vector product of a ${kind} policy`, () =>
      within(subject, (s) =>
        Effect.gen(function* () {
          const second = built(hvp({ of: "loss", wrt: "theta" })(loss))
          assert.ok(yield* agree(subject, s, second, { ...given, "v.theta": probe(0, p.size) }))
        })
      ))

    test(`${name}: per-example gradients of a ${kind} policy`, () =>
      within(subject, (s) =>
        Effect.gen(function* () {
          const row = built(
            program(kind, { theta: [p.size], x: [1, inputs], a: p.actions(1) }, ({ theta, x, a }) => ({
              logp: sum(p.logProb(theta, x, a))
            }))
          )
          const one = built(grad({ of: "logp", wrt: ["theta"] })(row))
          const all = built(perExample({ batched: ["x", "a"], size: rows })(one))
          assert.ok(yield* agree(subject, s, all, given))
        })
      ))

    test(`${name}: an Adam step with a clipped gradient, and a meta-gradient through an inner step, ${kind}`, () =>
      within(subject, (s) =>
        Effect.gen(function* () {
          const optimiser = adam({ epsilon: 1e-5 })
          const step = built(
            program(
              "step",
              { ...shapes, m: [p.size], v: [p.size], correction: [2] },
              ({ theta, x, a, w, ...state }) => {
                const value = weighted(p, theta, x, a, w)
                const [g] = gradients(value, [theta])
                const clipped = clipNorm(g!, 0.5)
                const next = optimiser.step({ theta, grad: clipped.grad, rate: 1e-3 }, state)
                return { loss: value, norm: clipped.norm, theta: next.theta, ...next.state }
              }
            )
          )
          const moments = {
            m: numbers(p.size, 1),
            v: numbers(p.size, 2).map((v) => v * v + 0.1),
            correction: [0.19, 0.002]
          }
          assert.ok(yield* agree(subject, s, step, { ...given, ...moments }))
          const inner = built(
            program("meta", shapes, ({ theta, x, a, w }) => {
              const [g] = gradients(weighted(p, theta, x, a, w), [theta])
              return { loss: weighted(p, sub(theta, mul(g!, 0.1)), x, a, w) }
            })
          )
          assert.ok(yield* agree(subject, s, built(grad({ of: "loss", wrt: ["theta"] })(inner)), given))
        })
      ))
  }
}
