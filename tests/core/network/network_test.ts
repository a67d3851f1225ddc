import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import { layout, mlp, type Network, networkLaws, orthogonal } from "../../../core/network/mod.ts"
import { evaluate, grad, gradients, matmul, mul, program, reshape, sum, tanh } from "../../../core/program/mod.ts"
import { graph } from "../../../core/program/plan/graph.ts"
import { stream, zeroKey } from "../../../core/random/mod.ts"
import { built, close } from "../program/support.ts"

const width = fc.integer({ min: 1, max: 9 })

test("orthogonal() has rows or columns of norm `gain` at right angles", () =>
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), fc.double({ min: 0.01, max: 2, noNaN: true }), (m, n, gain) => {
      const w = new Float64Array(m * n)
      orthogonal(stream(zeroKey), m, n, gain, w)
      const [count, length] = [Math.min(m, n), Math.max(m, n)]
      const at = (k: number, i: number) => w[m >= n ? i * n + k : k * n + i]!
      for (let j = 0; j < count; j++) {
        for (let k = 0; k <= j; k++) {
          let product = 0
          for (let i = 0; i < length; i++) product += at(j, i) * at(k, i)
          assert.ok(Math.abs(product - (j === k ? gain * gain : 0)) < 1e-12, `rows ${j} and ${k}: ${product}`)
        }
      }
    })
  ))

test("mlp() starts with zero biases, and the given gain in the last layer only", () => {
  const net = mlp({ inputs: 4, hidden: [64, 64], outputs: 2, activation: "tanh" })
  const theta = net.init(stream(zeroKey), 0.01)
  assert.equal(net.layout.size, 4 * 64 + 64 + 64 * 64 + 64 + 64 * 2 + 2)
  for (const name of ["b1", "b2", "b3"]) assert.ok(net.layout.host(theta, name).every((b) => b === 0))
  const square = (name: string) => net.layout.host(theta, name).reduce((s, w) => s + w * w, 0)
  close([square("W1"), square("W2"), square("W3")], [4 * 2, 64 * 2, 2 * 1e-4], 1e-12, "‖W‖²")
})

test("mlp() tells every row's gradient in factors, which add up to the gradient of all rows", () =>
  fc.assert(
    fc.property(
      width,
      fc.array(width, { maxLength: 3 }),
      fc.constantFrom("tanh", "relu", "sigmoid"),
      (inputs, hidden, activation) => {
        const net = mlp({ inputs, hidden, outputs: 2, activation })
        const rows = 3
        const p = built(
          program("net", { theta: [net.layout.size], x: [rows, inputs] }, ({ theta, x }) => {
            const { output, cuts, factors } = net.forward(theta, x)
            // Of some function of every row by itself, added up over the rows.
            const y = sum(tanh(output))
            const parts = factors(gradients(y, cuts)).map(({ left, right }, q) => [
              `block ${q}`,
              right === undefined ? sum(left, { axes: [0] }) : matmul(left, right, { transposeA: true })
            ])
            return { y, ...Object.fromEntries(parts) }
          })
        )
        const theta = net.init(stream(zeroKey), 1)
        const x = Float64Array.from({ length: rows * inputs }, (_, i) => Math.cos(i))
        const y: Record<string, Float64Array> = evaluate(built(grad({ of: "y", wrt: ["theta"] })(p)), { theta, x })
        const told = evaluate(p, { theta, x })
        net.factorBlocks.forEach(({ offset, rows: height, columns }, q) => {
          const want = y["grad.theta"]!.slice(offset, offset + height * columns)
          close(want, Reflect.get(told, `block ${q}`), 1e-12, `block ${q}`)
        })
        assert.equal(
          net.factorBlocks.reduce((n, b) => n + b.rows * b.columns, 0),
          net.layout.size
        )
      }
    )
  ))

test("layout() nests: a view of a view is one slice of the vector", () => {
  const inner = layout([
    { name: "W", shape: [2, 3] },
    { name: "b", shape: [2] }
  ])
  const outer = layout([
    { name: "first", shape: [inner.size] },
    { name: "second", shape: [inner.size] }
  ])
  const p = built(
    program("views", { theta: [outer.size] }, ({ theta }) => ({
      w: inner.view(outer.view(theta, "second"), "W"),
      b: inner.view(outer.view(theta, "first"), "b")
    }))
  )
  const theta = Float64Array.from({ length: outer.size }, (_, i) => i)
  const y = evaluate(p, { theta })
  assert.deepEqual([...y.w], [8, 9, 10, 11, 12, 13])
  assert.deepEqual([...y.b], [6, 7])
  assert.deepEqual(p.outputs.w.shape, [2, 3])
  // What a plan reads: the vector itself, at the sum of both offsets.
  const { nodes, outputs, inputs } = graph(p)
  const b = nodes[outputs.find((o) => o.name === "b")!.node]!
  assert.deepEqual([b.op, b.args], [{ kind: "slice", start: [6] }, [inputs.get("theta")]])
  const host = inner.host(outer.host(theta, "second"), "b")
  host[0] = -1
  assert.equal(theta[14], -1)
})

test("layout() says which vector or name does not fit", () => {
  const two = layout([
    { name: "a", shape: [2] },
    { name: "a", shape: [2] }
  ])
  const one = layout([{ name: "a", shape: [2] }])
  const message = (e: E.Either<ArgumentError, unknown>) =>
    E.isLeft(e) ? e.left.message.replace(/ \(at .*/, "") : "no error"
  assert.equal(
    message(program("p", { theta: [3] }, ({ theta }) => ({ y: one.view(theta, "a") }))),
    'Cannot view parameter "a": want parameters [2], got [3]'
  )
  assert.equal(
    message(program("p", { theta: [4] }, ({ theta }) => ({ y: two.view(theta, "a") }))),
    'Cannot view parameter "a": want a name that the layout has once, got 2 blocks of that name'
  )
  const net = mlp({ inputs: 4, hidden: [], outputs: 1, activation: "tanh" })
  assert.match(
    message(program("p", { theta: [5], x: [3] }, ({ theta, x }) => ({ y: net.forward(theta, x).output }))),
    /^Cannot matmul: want matrices that fit.*got \[3\] and \[1, 4\]$/
  )
})

test("mlp() without hidden layers is a linear map", () => {
  const net = mlp({ inputs: 3, hidden: [], outputs: 2, activation: "relu" })
  const p = built(
    program("linear", { theta: [8], x: [4, 3] }, ({ theta, x }) => ({
      y: net.forward(theta, x).output,
      want: matmul(x, reshape(mul(net.layout.view(theta, "W1"), 1), [2, 3]), { transposeB: true })
    }))
  )
  const y = evaluate(p, { theta: [1, 2, 3, 4, 5, 6, 0, 0], x: Array.from({ length: 12 }, (_, i) => i - 5) })
  assert.deepEqual(y.y, y.want)
})

/** Names of the laws that do not hold. */
const broken = (network: Network): readonly string[] =>
  networkLaws(network).flatMap(({ name, check }) => {
    const found = check()
    return found === undefined ? [] : [`${name}: ${found}`]
  })

test("mlp() keeps the laws of networks, whatever its sizes", () =>
  fc.assert(
    fc.property(
      width,
      fc.array(width, { maxLength: 3 }),
      fc.constantFrom("tanh", "relu", "sigmoid"),
      (inputs, hidden, activation) => {
        assert.deepEqual(broken(mlp({ inputs, hidden, outputs: 2, activation })), [])
      }
    )
  ))

test("the laws of networks catch inserted inputs that weigh something, and a hidden layer that grows with them", () => {
  const net = mlp({ inputs: 3, hidden: [4], outputs: 2, activation: "tanh" })
  const heavy: Network = { ...net, insertInputs: (...given) => net.insertInputs(...given).fill(1) }
  assert.match(broken(heavy).join(), /^insertInputs\(\) leaves .*output 0 is .*inserted at 0,fixInputs\(\) undoes/)
  const growing = (inputs: number): Network => ({
    ...mlp({ inputs, hidden: [2 * inputs], outputs: 2, activation: "tanh" }),
    sized: growing
  })
  assert.match(broken(growing(3)).join(), /insertInputs\(\).*: 56 parameters for 110/)
})
