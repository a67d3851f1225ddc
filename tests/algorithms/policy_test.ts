import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { makePolicy, type NetworkConfig } from "../../algorithms/mod.ts"
import { evaluate, gradients, matmul, program, sum } from "../../core/program/mod.ts"
import { child, fillNormal, stream, zeroKey } from "../../core/random/mod.ts"
import { cartPole, frozenLake, linearQuadratic } from "../../envs/mod.ts"
import { built, close } from "../core/program/support.ts"
import { right } from "./support.ts"

const network: NetworkConfig = { layers: 2, width: 5, activation: "tanh", taskOneHot: false }
const environments = [cartPole, linearQuadratic]

for (const environment of environments) {
  const policy = right(makePolicy(environment, network))
  const rows = 6

  test(`makePolicy(${environment.id}) draws actions whose log-probability the program confirms`, () =>
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const key = child(zeroKey, seed)
        const theta = new Float64Array(policy.size)
        const observation = new Float64Array(rows * policy.inputs)
        fillNormal(stream(child(key, "theta")), theta)
        fillNormal(stream(child(key, "observation")), observation)
        const actor = policy.actor(rows, 2, Float64Array)
        const shapes = { theta: [policy.size], observation: [rows, policy.inputs] }
        const head = evaluate(built(program("head", shapes, (x) => policy.head(x.theta, x.observation))), {
          theta,
          observation
        })
        for (const [name, values] of Object.entries(head)) actor.head[name]!.set(values)
        for (const group of [0, 1]) actor.sample(group, stream(child(key, group)))
        const p = program("logProb", { ...shapes, action: policy.actionShape(rows) }, (x) => {
          const { logProb } = policy.logProb(x.theta, x.observation, x.action)
          return { logProb }
        })
        close(evaluate(built(p), { theta, observation, action: actor.action }).logProb, actor.logProb, 1e-9, "log π")
      }),
      { numRuns: 20 }
    ))

  test(`makePolicy(${environment.id}): a row's gradient is the outer products that its network tells`, () => {
    const theta = policy.init(child(zeroKey, 1))
    const observation = new Float64Array(policy.inputs)
    fillNormal(stream(zeroKey), observation)
    const action = new Float64Array(policy.actionSize).fill(1)
    const shapes = { theta: [policy.size], observation: [1, policy.inputs], action: policy.actionShape(1) }
    const p = program("gradient", shapes, (x) => {
      const { logProb, pass } = policy.logProb(x.theta, x.observation, x.action)
      const [whole] = gradients(sum(logProb), [x.theta])
      const parts = pass
        .factors(gradients(sum(logProb), pass.cuts))
        .map(({ left, right }, q) => [
          `block ${q}`,
          right === undefined ? left : matmul(left, right, { transposeA: true })
        ])
      return { whole: whole!, ...Object.fromEntries(parts) }
    })
    const y: Record<string, Float64Array> = evaluate(built(p), { theta, observation, action })
    policy.network.factorBlocks.forEach(({ offset, rows, columns }, q) => {
      close(y.whole!.slice(offset, offset + rows * columns), y[`block ${q}`]!, 1e-12, `block ${q}`)
    })
  })
}

test("makePolicy() counts policy parameters only, the deviations of a Gaussian last", () => {
  const discrete = right(makePolicy(cartPole, network))
  assert.equal(discrete.size, 5 * 4 + 5 + 5 * 5 + 5 + 2 * 5 + 2)
  const gaussian = right(makePolicy(linearQuadratic, network))
  assert.deepEqual(
    gaussian.blocks.map((b) => [b.name, b.offset, b.size]),
    [
      ["network", 0, gaussian.size - 2],
      ["logStd", gaussian.size - 2, 2]
    ]
  )
})

test("makePolicy() appends one input a task with task one-hot, and refuses repeated ids", () => {
  const oneHot = { ...network, taskOneHot: true }
  assert.equal(right(makePolicy(cartPole, oneHot, ["a", "b", "c"])).inputs, 7)
  const repeated = makePolicy(cartPole, oneHot, ["a", "a"])
  assert.ok(E.isLeft(repeated) && repeated.left.message.startsWith("Cannot train: want taskIds distinct"))
})

test("makePolicy() lets a network see a discrete observation as one-hot, before the task's", () => {
  const plain = right(makePolicy(frozenLake, network))
  assert.equal(plain.inputs, 16)
  assert.equal(right(makePolicy(frozenLake, { ...network, taskOneHot: true }, ["a", "b"])).inputs, 18)
})
