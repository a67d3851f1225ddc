/** Decision processes and policies made up at random, and comparison by finite differences. */
import fc from "fast-check"
import { type Mdp, mdp } from "../../../core/mdp/mod.ts"
import { child, normal, stream, uniform, zeroKey } from "../../../core/random/mod.ts"
import { right } from "../../support/right.ts"

export const seeds = fc.nat({ max: 1e6 })

const draws = (seed: number) => stream(child(zeroKey, seed))

/** So many standard normal numbers. */
export const normals = (seed: number, count: number): Float64Array => {
  const source = draws(seed)
  return Float64Array.from({ length: count }, () => normal(source, 0, 1))
}

/** A process with every transition possible, and rewards in [−1, 1]. */
export const madeUp = (seed: number, n = 4, m = 3, gamma = 0.8): Mdp => {
  const source = draws(seed)
  const rows = (count: number) => {
    const all = Float64Array.from({ length: count * n }, () => uniform(source, 0.01, 1))
    for (let at = 0; at < all.length; at += n) {
      const sum = all.subarray(at, at + n).reduce((a, b) => a + b, 0)
      for (let i = at; i < at + n; i++) all[i]! /= sum
    }
    return all
  }
  const reward = Float64Array.from({ length: n * m }, () => uniform(source, -1, 1))
  return right(mdp({ states: n, actions: m, gamma, start: rows(1), transition: rows(n * m), reward }))
}

/** Central differences of f along a direction. */
export const differences = (f: (x: Float64Array) => number, x: Float64Array, v: Float64Array, h = 1e-5): number =>
  (f(x.map((a, i) => a + h * v[i]!)) - f(x.map((a, i) => a - h * v[i]!))) / (2 * h)

export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
