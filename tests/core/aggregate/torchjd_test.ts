/** Weights beside TorchJD's, and beside convex programs' where it stops early. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import {
  type Aggregator,
  alignedMtl,
  caGrad,
  dwa,
  famo,
  gradVac,
  mgda,
  minNorm,
  nashMtl,
  pcgrad,
  type TaskGradients,
  uncertainty,
  upGrad
} from "../../../core/aggregate/mod.ts"
import { type Stream, stream, zeroKey } from "../../../core/random/mod.ts"

type Name = "pcgrad" | "gradvac" | "cagrad" | "mgda" | "shortest" | "nash-mtl" | "bargain" | "aligned-mtl" | "upgrad"

interface Situation {
  readonly name: string
  readonly tasks: number
  readonly gram: readonly number[]
  /** One weighing, or several after one another. */
  readonly weights: Readonly<Record<Name, readonly number[] | readonly (readonly number[])[] | null>>
}

interface Step {
  readonly losses: readonly number[]
  readonly after: readonly number[]
  readonly iteration: number
  readonly weights: Readonly<Record<"famo" | "dwa" | "uncertainty", readonly number[]>>
}

const file = new URL("../../fixtures/aggregate/torchjd.json.gz", import.meta.url)
const data: { readonly situations: readonly Situation[]; readonly steps: readonly Step[] } = JSON.parse(
  gunzipSync(readFileSync(file)).toString("utf8")
)

const given = ({ tasks, gram }: Situation, s: Stream): TaskGradients => ({
  tasks,
  gram: Float64Array.from(gram),
  accuracy: 2 ** -52,
  losses: new Float64Array(tasks).fill(1),
  iteration: 0,
  stream: s
})

/** So many weighings after one another. */
const weighings = (a: Aggregator, s: Situation, count: number): readonly Float64Array[] => {
  let state = a.first(s.tasks)
  const x = given(s, stream(zeroKey))
  return Array.from({ length: count }, () => {
    const weighed = a.weigh(x, state)
    state = weighed.state
    return weighed.weights
  })
}

/** ‖Σ (v_i − w_i) g_i‖ beside Σ|w_i| times the longest gradient. */
const apart = ({ tasks, gram }: Situation, got: Float64Array, want: readonly number[]): number => {
  const d = got.map((v, i) => v - want[i]!)
  let [square, longest] = [0, 0]
  for (let i = 0; i < tasks; i++) {
    longest = Math.max(longest, Math.sqrt(gram[i * tasks + i]!))
    for (let j = 0; j < tasks; j++) square += d[i]! * gram[i * tasks + j]! * d[j]!
  }
  const size = want.reduce((sum, w) => sum + Math.abs(w), 0) * longest
  return Math.sqrt(Math.max(0, square)) / (size || 1)
}

const isList = (w: readonly number[] | readonly (readonly number[])[]): w is readonly (readonly number[])[] =>
  Array.isArray(w[0])

/** In all situations of which there is a reference. */
const compare = (a: Aggregator, name: Name, tolerance: number): void => {
  const odd = data.situations.flatMap((s) => {
    const reference = s.weights[name]
    if (reference === null) return []
    const want = isList(reference) ? reference : [reference]
    const got = weighings(a, s, want.length)
    return want.flatMap((w, k) => {
      const miss = apart(s, got[k]!, w)
      return miss <= tolerance ? [] : [`${s.name}: ${miss}`]
    })
  })
  assert.deepEqual(odd, [])
}

test("PCGrad's weights are TorchJD's, in the order that is drawn", () => compare(pcgrad, "pcgrad", 1e-6))

test("GradVac's weights are TorchJD's, and so is what it remembers from call to call", () =>
  compare(gradVac(), "gradvac", 1e-6))

/** ⟨g_i, d⟩ of the worst task and ‖d − g_0‖, beside ‖g_0‖² and ‖g_0‖. */
const judged = ({ tasks: n, gram }: Situation, w: ArrayLike<number>) => {
  const product = (v: ArrayLike<number>, i: number): number => {
    let sum = 0
    for (let j = 0; j < n; j++) sum += gram[i * n + j]! * v[j]!
    return sum
  }
  const square = (v: readonly number[]): number => v.reduce((sum, x, i) => sum + x * product(v, i), 0)
  const mean = new Array<number>(n).fill(1 / n)
  const products = Array.from({ length: n }, (_, i) => product(w, i))
  const moved = Array.from({ length: n }, (_, i) => w[i]! - 1 / n)
  return { worst: Math.min(...products) / square(mean), radius: Math.sqrt(Math.max(0, square(moved)) / square(mean)) }
}

test("CAGrad serves the worst task better than TorchJD, whose solver ends earlier, from within the same ball, and near it", () => {
  for (const s of data.situations) {
    const reference = s.weights.cagrad
    if (reference === null || isList(reference)) continue
    const [w] = weighings(caGrad(), s, 1)
    const { worst, radius } = judged(s, w!)
    assert.ok(radius <= 0.5 + 1e-9, `${s.name}: radius ${radius}`)
    // Where no direction in the ball serves all, TorchJD takes none; so it does where gradients are short.
    if (reference.every((v) => v === 0)) {
      assert.ok(worst > -1e-6, `${s.name}: ${worst}`)
      continue
    }
    const theirs = judged(s, reference)
    assert.ok(worst >= theirs.worst - 1e-9 * Math.abs(theirs.worst), `${s.name}: ${worst}, theirs ${theirs.worst}`)
    assert.ok(apart(s, w!, reference) <= 1e-5, `${s.name}: ${apart(s, w!, reference)} apart`)
  }
})

test("UPGrad's weights are TorchJD's", () => compare(upGrad, "upgrad", 1e-6))

test("Aligned-MTL's weights are TorchJD's", () => compare(alignedMtl, "aligned-mtl", 1e-6))

test("MGDA's point is certified, and no longer than a convex program's or Frank-Wolfe's", () => {
  for (const s of data.situations) {
    const gram = Float64Array.from(s.gram)
    const { weights, gap } = minNorm(s.tasks, gram, 2 ** -52)
    assert.ok(gap <= 1e-12, `${s.name}: ${gap}`)
    assert.deepEqual(weights, weighings(mgda, s, 1)[0])
    const square = (v: ArrayLike<number>): number => {
      let sum = 0
      for (let i = 0; i < s.tasks; i++) for (let j = 0; j < s.tasks; j++) sum += v[i]! * gram[i * s.tasks + j]! * v[j]!
      return sum
    }
    const largest = Math.max(...weights.map((_, i) => gram[i * s.tasks + i]!))
    for (const name of ["shortest", "mgda"] as const) {
      const reference = s.weights[name]
      if (reference === null || isList(reference)) continue
      assert.ok(square(weights) <= square(reference) + 1e-12 * largest, `${s.name}: longer than ${name}'s`)
    }
  }
})

test("Nash-MTL's weights are the convex program's", () => compare(nashMtl, "bargain", 1e-6))

test("Nash-MTL's weights solve G w = 1/w", () => {
  for (const s of data.situations) {
    if (s.weights.bargain === null) continue
    const [w] = weighings(nashMtl, s, 1)
    for (let i = 0; i < s.tasks; i++) {
      let product = 0
      for (let j = 0; j < s.tasks; j++) product += s.gram[i * s.tasks + j]! * w![j]!
      assert.ok(Math.abs(product * w![i]! - 1) < 1e-6, `${s.name}: ${product * w![i]!}`)
    }
  }
})

for (const [name, of] of [
  ["famo", famo()],
  ["dwa", dwa()],
  ["uncertainty", uncertainty()]
] as const)
  test(`weights by ${name} are TorchJD's, over steps in which losses fall at different rates`, () => {
    let state = of.first(4)
    for (const [k, { losses, after, iteration, weights: want }] of data.steps.entries()) {
      const x = {
        tasks: 4,
        gram: new Float64Array(16),
        accuracy: 2 ** -52,
        losses: Float64Array.from(losses),
        iteration,
        stream: stream(zeroKey)
      }
      const { weights, state: weighed } = of.weigh(x, state)
      state = of.settle?.(x, Float64Array.from(after), weighed) ?? weighed
      for (const [i, w] of want[name].entries())
        assert.ok(Math.abs(weights[i]! - w) <= 1e-6 * Math.abs(w), `step ${k}, task ${i}: ${weights[i]}, want ${w}`)
    }
  })

test("DWA takes losses that are not above 0 for ones that did not fall", () => {
  const of = dwa()
  let state = of.first(3)
  const weights = [
    [1, -1, 0],
    [2, 1e-9, -3],
    [2, -4, 1]
  ].map((losses, iteration) => {
    const given = { tasks: 3, gram: new Float64Array(9), accuracy: 2 ** -52, iteration, stream: stream(zeroKey) }
    const weighed = of.weigh({ ...given, losses: Float64Array.from(losses) }, state)
    state = weighed.state
    return [...weighed.weights]
  })
  const [one, other] = [Math.exp(2 / 2), Math.exp(1 / 2)]
  const want = [one, other, other].map((w) => (3 * w) / (one + 2 * other))
  for (const [i, w] of want.entries()) assert.ok(Math.abs(weights[2]![i]! - w) < 1e-12, `${weights[2]}`)
})
