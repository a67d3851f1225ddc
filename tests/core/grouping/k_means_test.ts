/** k-means beside the best of all partitions of small random problems. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { kMeans, lloyd, type Points } from "../../../core/grouping/mod.ts"
import { random, type Stream } from "../../../core/random/mod.ts"
import { draws } from "./support.ts"

/** Σ_i ‖x_i − mean of its cluster‖² at its least over all partitions into k clusters. */
const least = ({ n, d, x }: Points, k: number): number => {
  const labels = new Int32Array(n)
  const inertia = (): number => {
    const sums = new Float64Array(k * d)
    const size = new Float64Array(k)
    for (let i = 0; i < n; i++) {
      size[labels[i]!]! += 1
      for (let j = 0; j < d; j++) sums[labels[i]! * d + j]! += x[i * d + j]!
    }
    let sum = 0
    for (let i = 0; i < n; i++)
      for (let j = 0; j < d; j++) sum += (x[i * d + j]! - sums[labels[i]! * d + j]! / size[labels[i]!]!) ** 2
    return sum
  }
  const from = (i: number, used: number): number => {
    if (n - i < k - used) return Number.POSITIVE_INFINITY
    if (i === n) return inertia()
    let best = Number.POSITIVE_INFINITY
    for (let c = 0; c <= Math.min(used, k - 1); c++) {
      labels[i] = c
      best = Math.min(best, from(i + 1, Math.max(used, c + 1)))
    }
    return best
  }
  return from(0, 0)
}

/** Centres by k-means++ as it was published: one draw a centre. */
const plainCentres = ({ n, d, x }: Points, k: number, s: Stream): Float64Array => {
  const centres = new Float64Array(k * d)
  const weight = new Float64Array(n).fill(1)
  for (let c = 0; c < k; c++) {
    let at = random(s) * weight.reduce((a, b) => a + b, 0)
    const chosen = Math.max(
      0,
      weight.findIndex((w) => (at -= w) < 0)
    )
    centres.set(x.subarray(chosen * d, chosen * d + d), c * d)
    for (let i = 0; i < n; i++) {
      let square = 0
      for (let j = 0; j < d; j++) square += (x[i * d + j]! - x[chosen * d + j]!) ** 2
      weight[i] = c === 0 ? square : Math.min(weight[i]!, square)
    }
  }
  return centres
}

test("kMeans() finds the best clusters of small problems more often than from one draw a centre", () => {
  const s = draws(11)
  const [starts, problems, n, d] = [20, 60, 9, 2]
  let [greedy, plain, ofTen] = [0, 0, 0]
  for (let problem = 0; problem < problems; problem++) {
    const points = { n, d, x: Float64Array.from({ length: n * d }, () => random(s)) }
    const k = 3 + (problem % 2)
    const best = least(points, k) * (1 + 1e-9)
    for (let start = 0; start < starts; start++) {
      const one = kMeans(points, k, s, 1).inertia
      assert.ok(one >= best * (1 - 2e-9))
      if (one <= best) greedy++
      if (lloyd(points, k, plainCentres(points, k, s)).inertia <= best) plain++
    }
    if (kMeans(points, k, s, 10).inertia <= best) ofTen++
  }
  assert.ok(greedy > 1.1 * plain, `${greedy} against ${plain} of ${starts * problems}`)
  assert.ok(ofTen >= 0.9 * problems, `${ofTen} of ${problems}`)
})
