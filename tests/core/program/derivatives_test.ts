import assert from "node:assert/strict"
import { test } from "node:test"
import {
  abs,
  constant,
  div,
  evaluate,
  exp,
  grad,
  hvp,
  log,
  matmul,
  max,
  maximum,
  min,
  mul,
  type Program,
  program,
  relu,
  reshape,
  sigmoid,
  slice,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh
} from "../../../core/program/mod.ts"
import { plan } from "../../../core/program/plan/mod.ts"
import { numbers } from "./arbitrary.ts"
import { operations, positive } from "./operations.ts"
import { built, close, dot } from "./support.ts"

const v = numbers(12, 5)
const step = 1e-5
const at = (h: number) => positive.map((x, i) => x + h * v[i]!)

for (const [name, entries] of Object.entries(operations)) {
  if (name === "stopGradient") continue // what differences see is what it hides
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

test("relu has slope 1 above zero, and 0 elsewhere and where nothing is known", () => {
  const p = built(
    grad({ of: "y", wrt: ["x"] })(built(program("positive", { x: [8] }, ({ x }) => ({ y: sum(relu(x)) }))))
  )
  const x = [Number.NEGATIVE_INFINITY, -1, -0, 0, 5e-324, 1, Number.POSITIVE_INFINITY, Number.NaN]
  assert.deepEqual([...evaluate(p, { x })["grad.x"]], [0, 0, 0, 0, 1, 1, 1, 0])
})

test("the gradient of a network of relu keeps as much as one of tanh: the outputs of its layers, and nothing beside them", () => {
  const arena = (activation: (x: Tensor) => Tensor) => {
    const network = program("network", { x: [32, 8], w: [4, 8, 8] }, ({ x, w }) => {
      let h = x
      for (let i = 0; i < 4; i++) h = activation(matmul(h, reshape(slice(w, [i, 0, 0], [1, 8, 8]), [8, 8])))
      return { y: sum(h) }
    })
    return plan(built(grad({ of: "y", wrt: ["w"] })(built(network)))).arena
  }
  assert.equal(arena(relu), arena(tanh))
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
