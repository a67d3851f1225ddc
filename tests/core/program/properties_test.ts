import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  add,
  broadcast,
  concat,
  constant,
  evaluate,
  grad,
  gradients,
  hvp,
  jvp,
  matmul,
  mul,
  neg,
  type Program,
  pad,
  perExample,
  program,
  reshape,
  type Shape,
  size,
  slice,
  sum,
  type Tensor,
  topological,
  transpose,
  vjp
} from "../../../core/program/mod.ts"
import { construct, type Inputs, numbers, recipe, valuesFor } from "./arbitrary.ts"
import { built, close, dot } from "./support.ts"

const wrt = ["a", "b", "c"] as const
type Wrt = (typeof wrt)[number]
type Values = Record<Wrt, Float64Array>

const moved = (x: Record<Inputs, Float64Array>, v: Values, h: number): Record<Inputs, Float64Array> => ({
  a: x.a.map((e, i) => e + h * v.a[i]!),
  b: x.b.map((e, i) => e + h * v.b[i]!),
  c: x.c.map((e, i) => e + h * v.c[i]!),
  index: x.index
})
const along = (g: Values, v: Values): number => wrt.reduce((s, k) => s + dot(g[k], v[k]), 0)
const direction = (r: Parameters<typeof valuesFor>[0], seed: number): Values => valuesFor(r, seed)
const near = (p: number, q: number, tolerance: number) =>
  assert.ok(Math.abs(p - q) <= tolerance * Math.max(1, Math.abs(p), Math.abs(q)), `${p} is not ${q}`)

test("grad() is the slope that finite differences see, for random programs", () =>
  fc.assert(
    fc.property(recipe(), (r) => {
      const p = construct(r, true)
      const [x, v, h] = [valuesFor(r), direction(r, r.seed + 9), 1e-6]
      const [low, mid, high] = [-h, 0, h].map((s) => evaluate(p, moved(x, v, s)).loss[0]!)
      const [left, right] = [(mid! - low!) / h, (high! - mid!) / h]
      // A kink or a jump between the three points has no slope to compare with.
      fc.pre(Math.abs(left - right) <= 1e-3 * Math.max(1, Math.abs(left)))
      const y = evaluate(built(grad({ of: "loss", wrt })(p)), x)
      const g = { a: y["grad.a"], b: y["grad.b"], c: y["grad.c"] }
      near(along(g, v), (high! - low!) / (2 * h), 1e-5)
    }),
    { numRuns: 300 }
  ))

test("jvp() and vjp() are adjoint: <ȳ, J·v> = <Jᵀ·ȳ, v>, for random programs", () =>
  fc.assert(
    fc.property(recipe(), (r) => {
      const p = construct(r)
      const [x, v] = [valuesFor(r), direction(r, r.seed + 9)]
      const forward = evaluate(built(jvp({ wrt })(p)), { ...x, "dot.a": v.a, "dot.b": v.b, "dot.c": v.c })
      const bar = numbers(forward.y.length, 3)
      const back = evaluate(built(vjp({ of: ["y"], wrt })(p)), { ...x, "bar.y": bar })
      near(dot(bar, forward["dot.y"]), along({ a: back["bar.a"], b: back["bar.b"], c: back["bar.c"] }, v), 1e-9)
    }),
    { numRuns: 300 }
  ))

test("hvp() is symmetric: <u, H·v> = <v, H·u>, for random programs", () =>
  fc.assert(
    fc.property(recipe(), fc.constantFrom(...wrt), (r, k) => {
      const plain: Program<string, string> = construct(r)
      const p = built(hvp<string, string>({ of: "loss", wrt: k })(plain))
      const x = valuesFor(r)
      const n = x[k].length
      const [u, v] = [numbers(n, 1), numbers(n, 2)]
      const times = (w: Float64Array): Float64Array => {
        const given: Record<string, Float64Array> = { ...x, [`v.${k}`]: w }
        return evaluate(p, given)[`hvp.${k}`]!
      }
      near(dot(u, times(v)), dot(v, times(u)), 1e-8)
    }),
    { numRuns: 200 }
  ))

test("perExample() of a program, and of its gradient, is a loop over the examples", () =>
  fc.assert(
    fc.property(recipe(), fc.subarray(["a", "b", "c", "index"] as const), (r, batched) => {
      const one = built(grad({ of: "loss", wrt })(construct(r)))
      const n = 3
      const examples = Array.from({ length: n }, (_, e) => valuesFor(r, r.seed + e))
      const shared = valuesFor(r)
      const given = { ...shared }
      for (const k of batched) given[k] = Float64Array.from(examples.flatMap((x) => [...x[k]]))
      const all = evaluate(built(perExample({ batched, size: n })(one)), given)
      examples.forEach((x, e) => {
        const mine = { ...shared }
        for (const k of batched) mine[k] = x[k]
        const want = evaluate(one, mine)
        for (const k of ["y", "loss", "grad.a", "grad.b", "grad.c"] as const) {
          const length = want[k].length
          close(all[k].subarray(e * length, (e + 1) * length), want[k], 1e-11, `${k} of example ${e}`)
        }
      })
    }),
    { numRuns: 200 }
  ))

test("perExample() nests: a batch of batches is a loop of loops", () =>
  fc.assert(
    fc.property(recipe(), (r) => {
      const one = construct(r)
      const inner = built(perExample({ batched: ["a"], size: 2 })(one))
      const outer = built(perExample({ batched: ["a", "b"], size: 3 })(inner))
      const x = valuesFor(r)
      const [a, b] = [numbers(6 * x.a.length, 5), numbers(3 * x.b.length, 6)]
      const all = evaluate(outer, { ...x, a, b }).loss
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 2; j++) {
          const at = (i * 2 + j) * x.a.length
          const mine = { ...x, a: a.slice(at, at + x.a.length), b: b.slice(i * x.b.length, (i + 1) * x.b.length) }
          near(all[i * 2 + j]!, evaluate(one, mine).loss[0]!, 1e-11)
        }
      }
    }),
    { numRuns: 100 }
  ))

test("the gradient of a linear function is its coefficient, whatever it passes through", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (m, n) => {
      const c = numbers(m * n, 1)
      const p = built(
        program("linear", { x: [m * n] }, ({ x }) => {
          const square = reshape(x, [m, n])
          const turned = transpose(square, [1, 0])
          const joined = concat([slice(x, [0], [m]), slice(x, [m], [m * n - m])], 0)
          const ones = matmul(turned, constant(1, [m, 1]))
          const wide = broadcast(square, [3, m, n])
          const parts = [sum(mul(joined, constant(c))), mul(sum(ones), 2), mul(sum(wide), 0.5)]
          return { y: parts.reduce((a, b) => add(a, b)) }
        })
      )
      const first = built(grad({ of: "y", wrt: ["x"] })(p))
      const { "grad.x": g } = evaluate(first, { x: numbers(m * n, 7) })
      close(
        g,
        c.map((v) => v + 2 + 1.5),
        1e-12,
        "coefficients"
      )
    })
  ))

test("grad() with respect to what the loss does not need is zero", () => {
  const p = built(program("p", { x: [2], z: [3] }, ({ x }) => ({ y: sum(x) })))
  const y = evaluate(built(grad({ of: "y", wrt: ["x", "z"] })(p)), { x: [1, 2], z: [1, 2, 3] })
  assert.deepEqual([...y["grad.z"]], [0, 0, 0])
  assert.deepEqual([...y["grad.x"]], [1, 1])
})

const views: readonly ((x: Tensor) => Tensor)[] = [
  (x) => slice(x, [1, 0], [x.shape[0]! - 1, x.shape[1]!]),
  (x) => pad(x, [0, 1], [x.shape[0]! + 1, x.shape[1]! + 1]),
  (x) => concat([x, x], 0),
  (x) => transpose(x, [1, 0]),
  (x) => reshape(x, [x.shape[1]!, x.shape[0]!]),
  (x) => broadcast(reshape(slice(x, [0, 0], [1, x.shape[1]!]), [x.shape[1]!]), [2, x.shape[1]!]),
  (x) => broadcast(x, x.shape[0] === 1 ? [3, x.shape[1]!] : x.shape),
  (x) => neg(x)
]

test("the gradient by a value in the middle is that by an input in its place", () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...views), { minLength: 1, maxLength: 3 }),
      fc.array(fc.constantFrom(...views), { minLength: 1, maxLength: 3 }),
      (before, after) => {
        const through = (fs: readonly ((x: Tensor) => Tensor)[], x: Tensor) => fs.reduce((v, f) => f(v), x)
        const loss = (x: Tensor): Tensor => {
          const y = through(after, x)
          return sum(mul(mul(y, y), reshape(constant(numbers(size(y.shape), 5)), y.shape)))
        }
        let shape: Shape = []
        const whole = built(
          program("whole", { x: [4, 3] }, ({ x }) => {
            const at = through(before, x)
            shape = at.shape
            return { at, g: gradients(loss(at), [at])[0]! }
          })
        )
        const { at, g } = evaluate(whole, { x: numbers(12, 1) })
        const rest = built(program("rest", { x: shape }, ({ x }) => ({ g: gradients(loss(x), [x])[0]! })))
        assert.deepEqual(g, evaluate(rest, { x: at }).g)
      }
    )
  ))

test("the gradient of a vector in overlapping, repeated and missing parts adds up", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 5 }),
      (parts) => {
        const p = built(
          program("parts", { x: [12] }, ({ x }) => ({
            y: parts.map(([at, n], k) => mul(sum(slice(x, [at], [n])), k + 1)).reduce((a, b) => add(a, b))
          }))
        )
        const want = new Float64Array(12)
        parts.forEach(([at, n], k) => {
          for (let i = at; i < at + n; i++) want[i]! += k + 1
        })
        const { "grad.x": g } = evaluate(built(grad({ of: "y", wrt: ["x"] })(p)), { x: numbers(12, 1) })
        assert.deepEqual(g, want)
      }
    )
  ))

test("the gradient of a vector in parts is joined, not added up", () => {
  const p = built(
    program("parts", { x: [10] }, ({ x }) => {
      const shapes: Shape[] = [[2, 2], [3], [3]]
      let at = 0
      const parts = shapes.map((s) => {
        const n = s.reduce((a, b) => a * b, 1)
        const part = reshape(slice(x, [at], [n]), s)
        at += n
        return sum(mul(part, part))
      })
      return { y: parts.reduce((a, b) => add(a, b)) }
    })
  )
  const g = built(grad({ of: "y", wrt: ["x"] })(p))
  const kinds = topological([g.outputs["grad.x"]]).map((t) => t.op.kind)
  assert.ok(!kinds.includes("pad"), "no padded block is made")
  assert.equal(g.outputs["grad.x"].op.kind, "concat")
  const x = numbers(10, 2)
  close(
    evaluate(g, { x })["grad.x"],
    x.map((v) => 2 * v),
    1e-14,
    "gradient"
  )
})
