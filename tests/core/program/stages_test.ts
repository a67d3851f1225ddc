import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { mlp } from "../../../core/network/mod.ts"
import {
  add,
  evaluate,
  exp,
  hvp,
  inStages,
  mean,
  mul,
  type Program,
  program,
  square,
  sub,
  tanh
} from "../../../core/program/mod.ts"
import { fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { built } from "./support.ts"

const normals = (seed: number, count: number): Float64Array => {
  const out = new Float64Array(count)
  fillNormal(stream({ ...zeroKey, entropy: [seed] }), out)
  return out
}

/** A regression's Hessian-vector product. */
const product = (hidden: readonly number[], rows: number) => {
  const net = mlp({ inputs: 3, hidden, outputs: 2, activation: "tanh" })
  const shapes = { theta: [net.layout.size], x: [rows, 3], y: [rows, 2] }
  const loss = built(
    program("loss", shapes, ({ theta, x, y }) => ({ loss: mean(square(sub(net.forward(theta, x).output, y))) }))
  )
  const whole: Program<string, string> = built(hvp({ of: "loss", wrt: "theta" })(loss))
  return { whole, size: net.layout.size }
}

test("inStages() splits a program into two that compute what it does, bit for bit, for every direction", () =>
  fc.assert(
    fc.property(fc.constantFrom([4], [3, 5], []), fc.integer({ min: 1, max: 5 }), fc.nat(), (hidden, rows, seed) => {
      const { whole, size } = product(hidden, rows)
      const { first, rest } = built(inStages(["v.theta"])(whole))
      const at = { theta: normals(seed, size), x: normals(seed + 1, 3 * rows), y: normals(seed + 2, 2 * rows) }
      const kept = evaluate(first, at)
      for (let k = 0; k < 3; k++) {
        const all = { ...at, "v.theta": normals(seed + 10 + k, size) }
        assert.deepEqual(evaluate(rest, { ...all, ...kept }), evaluate(whole, all))
      }
    })
  ))

test("inStages() keeps each value once, and no view of an input", () => {
  const { whole } = product([4, 4], 3)
  const { first } = built(inStages(["v.theta"])(whole))
  const kept = Object.values(first.outputs)
  assert.equal(new Set(kept).size, kept.length)
  assert.ok(kept.length > 0 && kept.every((y) => !["input", "reshape", "slice", "broadcast"].includes(y.op.kind)))
  assert.ok(!("v.theta" in first.inputs))
})

test("inStages() keeps what is dear, and not what a few cheap operations make of it", () => {
  const whole: Program<string, string> = built(
    program("bend", { x: [3], v: [3] }, ({ x, v }) => {
      const bent = tanh(x)
      return { y: add(mul(v, bent), mul(mul(v, v), sub(1, square(bent)))) }
    })
  )
  const { first } = built(inStages(["v"])(whole))
  assert.deepEqual(
    Object.values(first.outputs).map((y) => y.op),
    [{ kind: "unary", fn: "tanh" }]
  )
})

test("inStages() splits a rest again, and a program whose inputs are called as what it keeps", () => {
  const whole: Program<string, string> = built(
    program("twice", { x: [1], u: [1], v: [1] }, ({ x, u, v }) => {
      const slow = exp(x)
      return { y: add(mul(exp(mul(slow, u)), v), mul(slow, v)) }
    })
  )
  const at = { x: [0.5], u: [0.3], v: [2] }
  const outer = built(inStages(["u", "v"])(whole))
  const inner = built(inStages(["v"])(outer.rest))
  const all = { ...at, ...evaluate(outer.first, at) }
  assert.deepEqual(evaluate(inner.rest, { ...all, ...evaluate(inner.first, all) }), evaluate(whole, at))

  const taken: Program<string, string> = built(
    program("taken", { x: [1], "kept.0": [1], "kept.2": [1] }, ({ x, ...v }) => ({
      y: add(mul(exp(x), v["kept.0"]), mul(tanh(x), v["kept.2"]))
    }))
  )
  const given = { x: [0.5], "kept.0": [3], "kept.2": [4] }
  const { first, rest } = built(inStages(["kept.0", "kept.2"])(taken))
  assert.deepEqual(Object.keys(first.outputs), ["kept.1", "kept.3"])
  assert.deepEqual(evaluate(rest, { ...given, ...evaluate(first, given) }), evaluate(taken, given))
})

test("inStages() names an input that the program lacks", () => {
  const refused = inStages(["direction"])(product([2], 1).whole)
  assert.ok(E.isLeft(refused))
  assert.match(refused.left.message, /want one of theta, x, y, v\.theta, got "direction"/)
})
