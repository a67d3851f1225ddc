/** What a training would settle of a difference between partitions. */
import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve } from "../../linalg/mod.ts"
import type { Belief } from "./belief.ts"
import { covariances, summedCovariances } from "./covariance.ts"

/** Σ of signed group values: places among the groups that are asked about, and 1 or −1. */
export type Difference = readonly { readonly at: number; readonly sign: number }[]

/** Variance of a difference now, and what of it a training of a group removes. */
export interface Resolved {
  readonly variance: number
  readonly removed: number
}

/**
 * For a training of one of these groups, and a difference D of sums of members' returns over some of them:
 *
 *     removed = cᵀ (Cov(J_S) + noise)⁻¹ c,    c = Cov(J_S, D)
 *
 * all given what was trained so far. It does not depend on what the training will bring.
 */
export const resolver = (b: Belief, groups: readonly number[]): ((group: number, d: Difference) => Resolved) => {
  const { prior, points, seen, factor, scales } = b
  const [n, level] = [seen.length, scales.level]
  const places = groups.map((g) => prior.groups[g]!.map((_, a) => points.offsets[g]! + a))
  const at = places.flat()
  const begin = new Int32Array(groups.length + 1)
  for (const [t, p] of places.entries()) begin[t + 1] = begin[t]! + p.length
  const total = at.length

  // A⁻¹ Cov(seen, p), a row a point.
  const across = covariances(prior, points, [at, seen], scales.units)
  const own = across.known.map((v, x) => v + level * level * across.missed[x]!)
  const solved = own.slice()
  for (let p = 0; p < total; p++) choleskySolve(n, factor, solved.subarray(p * n, (p + 1) * n))

  const sums = summedCovariances(prior, points, groups, at, scales)
  const toSeen = summedCovariances(prior, points, groups, seen, scales)
  for (let t = 0; t < groups.length; t++) {
    for (let p = 0; p < total; p++) {
      let known = 0
      for (let o = 0; o < n; o++) known += toSeen[t * n + o]! * solved[p * n + o]!
      sums[t * total + p]! -= known
    }
  }
  const factors = groups.map((g, t) => {
    const m = places[t]!.length
    const { known, missed } = covariances(prior, points, [places[t]!, places[t]!], scales.units)
    const noise = scales.noise[prior.groups[g]!.length > 1 ? 1 : 0]
    const a = known.map((v, x) => v + level * level * missed[x]!)
    for (let x = 0; x < m; x++) {
      for (let y = 0; y < m; y++) {
        const [p, q] = [begin[t]! + x, begin[t]! + y]
        for (let o = 0; o < n; o++) a[x * m + y]! -= own[p * n + o]! * solved[q * n + o]!
      }
      const spread = noise * scales.units[prior.groups[g]![x]!]!
      a[x * m + x]! += spread * spread + TINY * level * level
    }
    const found = cholesky(m, a)
    return E.isRight(found) ? found.right : undefined
  })

  /** Cov(D, J at each point of group t). */
  const covariance = (t: number, d: Difference): Float64Array =>
    Float64Array.from(places[t]!, (_, a) => d.reduce((s, x) => s + x.sign * sums[x.at * total + begin[t]! + a]!, 0))
  return (t, d) => {
    const variance = d.reduce((s, x) => s + x.sign * covariance(x.at, d).reduce((a, v) => a + v, 0), 0)
    const c = covariance(t, d)
    const f = factors[t]
    if (f === undefined) return { variance, removed: 0 }
    const x = c.slice()
    choleskySolve(c.length, f, x)
    return { variance, removed: c.reduce((s, v, a) => s + v * x[a]!, 0) }
  }
}

/** Part of the level's variance that keeps the matrix of a group positive once everything of it is known. */
const TINY = 1e-12
