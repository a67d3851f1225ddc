import { random, type Stream } from "../random/mod.ts"
import { mean } from "../stat/mod.ts"
import { agglomerationPath, averageLinkage, densityLinkage } from "./agglomerative.ts"
import { partitionValue } from "./partition.ts"
import { bestImproved } from "./rounding.ts"

/** What is known about one number of groups. */
export interface KEvidence {
  readonly k: number
  /** Σ_c v_cᵀ U v_c / v_cᵀ v_c of the best partition found. */
  readonly value: number
  /** Mean and standard deviation of the same where U's entries stand in random order. */
  readonly chanceMean: number
  readonly chanceDeviation: number
  /** value − chanceMean: what the arrangement of the entries is worth. */
  readonly gap: number
  /** The prices λ at which this k has the largest value − λ k; undefined where there are none. */
  readonly prices: { readonly from: number; readonly to: number } | undefined
}

/** A number of groups and why. */
export interface ChosenK {
  readonly k: number
  readonly evidence: readonly KEvidence[]
}

/** Settings of `chooseK`. */
export interface ChooseKOptions {
  /** Largest k looked at; by default min(n − 1, max(2, ⌊n/2⌋), 20). */
  readonly most?: number | undefined
  /** Random orders of U. */
  readonly shuffles?: number | undefined
}

/** A gap of less than this many standard deviations is what chance gives: one group. */
const significance = 2

/**
 * The number of groups that U itself asks for: the gap statistic, with the shuffled matrix for chance.
 *
 *     gap(k) = V(k) − mean over shuffles of V*(k),    V(k) = max over partitions of Σ_c v_cᵀ U v_c / v_cᵀ v_c
 *     k̂ = argmax gap(k) if gap(k̂) > 2 deviations of V*(k̂), else 1
 *
 * A shuffle puts the entries off the diagonal, and those on it, in random order, so it keeps the distribution of the
 * affinities and destroys the groups. Up to the planted k a further group gains more than chance does, beyond it less. The
 * choice does not change with a U + b·ones + d I, a > 0: all V(k) and V*(k) change alike. V is found by merging greedily
 * and by average linkage, each improved by `improvePartition`, for U and for its shuffles in the same way.
 *
 * - Shapes: `u` `[n, n]` row-major, symmetric.
 * - Units: `value`, `chanceMean`, `gap`, `prices` those of U.
 * - Source: Tibshirani, Walther and Hastie, J. R. Stat. Soc. B 63 (2001), 411. Differs: affinities, not distances in a
 *   space, hence shuffles, not uniform points; the largest gap, not the first that the next does not beat by a deviation,
 *   which finds too few of many small groups.
 *
 * @example Two groups of three
 * ```ts
 * import { grouping, random } from "policygradex"
 *
 * const triples = Float64Array.from({ length: 36 }, (_, i) => (Math.floor(i / 18) === Math.floor((i % 6) / 3) ? 1 : 0))
 * grouping.chooseK(6, triples, random.stream(random.zeroKey)).k // => 2
 * ```
 */
export const chooseK = (n: number, u: Float64Array, s: Stream, options: ChooseKOptions = {}): ChosenK => {
  const most = Math.min(n, Math.max(1, options.most ?? Math.min(n - 1, Math.max(2, Math.floor(n / 2)), 20)))
  const values = bestValues(n, u, Math.min(n, most + 1))
  const shuffles = Array.from({ length: options.shuffles ?? 20 }, () => bestValues(n, shuffled(n, u, s), most))
  const evidence = Array.from({ length: most }, (_, index): KEvidence => {
    const chance = shuffles.map((v) => v[index]!)
    const chanceMean = mean(chance)
    const chanceDeviation = Math.sqrt(mean(chance.map((v) => (v - chanceMean) * (v - chanceMean))))
    const value = values[index]!
    return {
      k: index + 1,
      value,
      chanceMean,
      chanceDeviation,
      gap: value - chanceMean,
      prices: pricesOf(values, index)
    }
  })
  // The sums of V(1) and V*(1) differ by rounding only; so may those of a constant U at any k.
  const rounding = 1e-10 * Math.max(...values.map(Math.abs))
  const best = evidence.reduce((a, b) => (b.gap > a.gap + rounding ? b : a))
  return { k: best.gap > significance * best.chanceDeviation + rounding ? best.k : 1, evidence }
}

/** V(1) … V(most). */
const bestValues = (n: number, u: Float64Array, most: number): readonly number[] => {
  const greedy = agglomerationPath(n, u, 1, densityLinkage)
  const average = agglomerationPath(n, u, 1, averageLinkage)
  return Array.from({ length: most }, (_, index) => {
    const k = index + 1
    return partitionValue(n, u, bestImproved(n, u, k, [() => greedy[k]!, () => average[k]!]), k)
  })
}

const pricesOf = (values: readonly number[], index: number): KEvidence["prices"] => {
  const slopes = values.map((v, other) => (v - values[index]!) / (other - index))
  const from = Math.max(Number.NEGATIVE_INFINITY, ...slopes.slice(index + 1))
  const to = Math.min(Number.POSITIVE_INFINITY, ...slopes.slice(0, index))
  return from <= to ? { from, to } : undefined
}

const shuffled = (n: number, u: Float64Array, s: Stream): Float64Array => {
  const diagonal: number[] = []
  const below: number[] = []
  for (let i = 0; i < n; i++) {
    diagonal.push(u[i * n + i]!)
    for (let j = 0; j < i; j++) below.push(u[i * n + j]!)
  }
  shuffle(diagonal, s)
  shuffle(below, s)
  const out = new Float64Array(n * n)
  for (let i = 0, p = 0; i < n; i++) {
    out[i * n + i] = diagonal[i]!
    for (let j = 0; j < i; j++) out[i * n + j] = out[j * n + i] = below[p++]!
  }
  return out
}

const shuffle = (x: number[], s: Stream): void => {
  for (let i = x.length - 1; i > 0; i--) {
    const j = Math.floor(random(s) * (i + 1))
    const held = x[i]!
    x[i] = x[j]!
    x[j] = held
  }
}
