import assert from "node:assert/strict"
import { test } from "node:test"
import {
  abs,
  add,
  type Binary,
  broadcast,
  concat,
  constant,
  div,
  equal,
  evaluate,
  exp,
  gather,
  grad,
  hvp,
  iota,
  less,
  lessEqual,
  log,
  matmul,
  max,
  maximum,
  min,
  mul,
  neg,
  type Op,
  type Program,
  pad,
  program,
  relu,
  reshape,
  scatter,
  select,
  sigmoid,
  sign,
  slice,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  type Unary
} from "../../../core/program/mod.ts"
import { numbers } from "./arbitrary.ts"
import { built, close, dot } from "./support.ts"

type Entries = readonly ((x: Tensor) => Tensor)[]

/** x is `[12]`, all positive, no two equal. An operation without an entry here does not compile. */
type Table = Readonly<Record<Unary | Binary | Exclude<Op["kind"], "input" | "unary" | "binary">, Entries>>

const left = (x: Tensor) => slice(x, [0], [6])
const right = (x: Tensor) => slice(x, [6], [6])
const pair = (f: (a: Tensor, b: Tensor) => Tensor) => (x: Tensor) => f(left(x), right(x))
const products: Entries = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) =>
    [0, 1, 2, 3].map((batched) => (x: Tensor) => {
      const shaped = (v: Tensor, turned: boolean, many: boolean) => {
        const m = reshape(v, turned ? [3, 2] : [2, 3])
        return many ? add(broadcast(reshape(m, [1, ...m.shape]), [2, ...m.shape]), reshape(iota(2), [2, 1, 1])) : m
      }
      const a = shaped(left(x), transposeA, batched % 2 === 1)
      const b = shaped(right(x), !transposeB, batched >= 2)
      return matmul(a, b, { transposeA, transposeB })
    })
  )
)

const table: Table = {
  neg: [neg],
  exp: [exp],
  log: [log],
  tanh: [tanh, (x) => tanh(mul(x, 4))],
  sigmoid: [sigmoid, (x) => sigmoid(mul(x, -3))],
  softplus: [softplus, (x) => softplus(mul(x, -3))],
  sqrt: [sqrt],
  abs: [(x) => abs(sub(x, 1.2))],
  sign: [(x) => mul(sign(sub(x, 1.2)), x)],
  add: [pair(add)],
  sub: [pair(sub), (x) => sub(0, x)],
  mul: [pair(mul), (x) => mul(x, x)],
  div: [pair(div), (x) => div(1, x)],
  max: [pair(max)],
  min: [pair(min)],
  lt: [pair((a, b) => mul(less(a, b), a))],
  le: [pair((a, b) => mul(lessEqual(a, b), b))],
  eq: [pair((a, b) => mul(add(equal(a, a), equal(a, b)), b))],
  constant: [(x) => mul(x, constant(numbers(12, 3)))],
  iota: [(x) => mul(x, iota(12))],
  select: [pair((a, b) => select(less(a, 1), square(a), mul(b, a))), relu],
  matmul: products,
  reduce: [0, 1, 2].flatMap((i) => [
    (x: Tensor) => sum(reshape(x, [2, 3, 2]), { axes: [i] }),
    (x: Tensor) => maximum(reshape(x, [2, 3, 2]), { axes: [i, (i + 1) % 3] })
  ]),
  reshape: [(x) => reshape(x, [3, 4])],
  transpose: [(x) => transpose(reshape(x, [2, 3, 2]), [2, 0, 1])],
  broadcast: [
    (x) => broadcast(reshape(x, [3, 1, 4]), [2, 3, 5, 4]),
    (x) => add(reshape(x, [12, 1]), reshape(x, [1, 12]))
  ],
  concat: [pair((a, b) => concat([reshape(a, [2, 3]), reshape(b, [2, 3])], 1)), (x) => concat([x, x], 0)],
  slice: [(x) => slice(reshape(x, [3, 4]), [1, 1], [2, 3])],
  pad: [(x) => pad(reshape(x, [3, 4]), [1, 0], [5, 6])],
  gather: [(x) => gather(reshape(x, [4, 3]), constant([0, 3, 3, 1]))],
  scatter: [(x) => scatter(reshape(x, [4, 3]), constant([2, 0, 2, 2]), 3)],
  stopGradient: []
}

const positive = numbers(12, 0.4).map((v) => Math.abs(v) + 0.3)
const v = numbers(12, 5)
const step = 1e-5
const at = (h: number) => positive.map((x, i) => x + h * v[i]!)

for (const [name, entries] of Object.entries(table)) {
  entries.forEach((f, k) => {
    test(`${name} ${k}: first and second derivative are what differences see`, () => {
      const p = built(
        program(name, { x: [12] }, ({ x }) => {
          const y = f(x)
          const flat = reshape(y, [y.shape.reduce((a, b) => a * b, 1)])
          // Squared, so that a linear operation too has a second derivative.
          return { loss: sum(mul(square(flat), constant(numbers(flat.shape[0]!, 2)))) }
        })
      )
      const second = built(hvp({ of: "loss", wrt: "x" })(p))
      const [low, mid, high] = [-step, 0, step].map((h) => evaluate(second, { x: at(h), "v.x": v }))
      close([dot(mid!["grad.x"], v)], [(high!.loss[0]! - low!.loss[0]!) / (2 * step)], 1e-7, "slope")
      const bend = high!["grad.x"].map((g, i) => (g - low!["grad.x"][i]!) / (2 * step))
      close(mid!["hvp.x"], bend, 1e-7, "Hessian along v")
    })
  })
}

test("stopGradient has value x and derivative 0", () => {
  const p = built(program("stop", { x: [3] }, ({ x }) => ({ y: sum(mul(stopGradient(x), x)) })))
  const y = evaluate(built(hvp({ of: "y", wrt: "x" })(p)), { x: [1, 2, 3], "v.x": [1, 1, 1] })
  assert.deepEqual([...y.y, ...y["grad.x"], ...y["hvp.x"]], [14, 1, 2, 3, 0, 0, 0])
})

test("max, min and reduce-max share the gradient where operands are equal; relu gives 0 at 0", () => {
  const p = built(
    program("ties", { x: [4] }, ({ x }) => ({
      max: sum(max(x, 1)),
      min: sum(min(x, 1)),
      top: maximum(x),
      relu: sum(relu(sub(x, 1)))
    }))
  )
  const g = (of: "max" | "min" | "top" | "relu") => [
    ...evaluate(built(grad({ of, wrt: ["x"] })(p)), { x: [1, 2, 0, 2] })["grad.x"]
  ]
  assert.deepEqual(g("max"), [0.5, 1, 0, 1])
  assert.deepEqual(g("min"), [0.5, 0, 1, 0])
  assert.deepEqual(g("top"), [0, 0.5, 0, 0.5])
  assert.deepEqual(g("relu"), [0, 1, 0, 1])
})

/** f, and its first three derivatives as everybody knows them. */
const sigma = (x: number) => 1 / (1 + Math.exp(-x))
const known: Readonly<Record<string, readonly [(x: Tensor) => Tensor, (x: number) => readonly number[]]>> = {
  "x⁵": [(x) => mul(mul(square(x), square(x)), x), (x) => [5 * x ** 4, 20 * x ** 3, 60 * x ** 2]],
  "e^(2x)": [(x) => exp(mul(x, 2)), (x) => [2, 4, 8].map((c) => c * Math.exp(2 * x))],
  "log x": [log, (x) => [1 / x, -1 / x ** 2, 2 / x ** 3]],
  "1/x": [(x) => div(1, x), (x) => [-1 / x ** 2, 2 / x ** 3, -6 / x ** 4]],
  "√x": [sqrt, (x) => [0.5 * x ** -0.5, -0.25 * x ** -1.5, 0.375 * x ** -2.5]],
  "tanh x": [
    tanh,
    (x) => {
      const [t, d] = [Math.tanh(x), 1 - Math.tanh(x) ** 2]
      return [d, -2 * t * d, d * (6 * t * t - 2)]
    }
  ],
  "σ(x)": [
    sigmoid,
    (x) => {
      const s = sigma(x)
      const d = s * (1 - s)
      return [d, d * (1 - 2 * s), d * (1 - 6 * s + 6 * s * s)]
    }
  ],
  "softplus x": [
    softplus,
    (x) => {
      const s = sigma(x)
      return [s, s * (1 - s), s * (1 - s) * (1 - 2 * s)]
    }
  ],
  "|x|³": [(x) => mul(abs(x), square(x)), (x) => [3 * x * Math.abs(x), 6 * Math.abs(x), 6 * Math.sign(x)]],
  "max(x, 1)⁴": [(x) => square(square(max(x, 1))), (x) => (x > 1 ? [4 * x ** 3, 12 * x ** 2, 24 * x] : [0, 0, 0])]
}

for (const [name, [f, derivatives]] of Object.entries(known)) {
  test(`grad(grad(grad(${name}))) is its third derivative`, () => {
    const plain: Program<string, string> = built(program(name, { x: [] }, ({ x }) => ({ y: f(x) })))
    const one = built(grad<string, string, string>({ of: "y", wrt: ["x"], as: "d1" })(plain))
    const two = built(grad<string, string, string>({ of: "d1.x", wrt: ["x"], as: "d2" })(one))
    const three = built(grad<string, string, string>({ of: "d2.x", wrt: ["x"], as: "d3" })(two))
    for (const x of [0.3, 0.9, 1.7]) {
      const y = evaluate(three, { x: [x] })
      close([y["d1.x"]![0]!, y["d2.x"]![0]!, y["d3.x"]![0]!], derivatives(x), 1e-12, `derivatives at ${x}`)
    }
  })
}
