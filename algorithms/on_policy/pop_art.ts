/** PopArt in a training: scales of what the tasks' values are to reach, kept beside the value network. */
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { Problem } from "../algorithm.ts"
import { problemError } from "../error.ts"
import { checkHeads, lastLayer, takeTargets } from "../scaled_heads.ts"
import type { Estimates } from "./advantage.ts"
import type { Networks, ScaledHeads } from "./networks.ts"

type Numbers = Float32Array | Float64Array

/** Errors: `ArgumentError` for a critic none of whose layers is the last one alone, and for a baseline that is no network. */
export const checkPopArt = (
  { policy }: Pick<Problem, "policy">,
  { popArt, baseline }: { readonly popArt: number | "off"; readonly baseline: "network" | "linear" }
): E.Either<ArgumentError, undefined> => {
  if (popArt === "off") return E.right(undefined)
  return baseline === "linear"
    ? E.left(problemError("popArt", "off with baseline linear, which trains no value network", `${popArt}`))
    : checkHeads(policy)
}

/** The value function's first parameters: its network's, μ = 0 and σ = 1. */
export const firstScaled = ({ scaled, valueSize, value }: Networks, network: Numbers): Numbers => {
  if (scaled === undefined) return network
  const all = new Float64Array(valueSize).fill(1)
  all.set(network)
  all.fill(0, value.layout.size, value.layout.size + scaled.count)
  return all
}

/** Which head is a task's, where its environments are, and how fast scales follow. */
interface Scaling {
  /** A head for each task of the problem. */
  readonly heads: readonly number[]
  /** Environments of each. */
  readonly each: number
  readonly beta: number
}

/**
 * Takes a rollout's targets into the scales, and moves the last layer so that all values stay what they were.
 *
 * `value` are the value function's parameters, changed in place. The estimates that come back are in the scales after it, in
 * which the value network learns; advantages stay as they are.
 */
export const rescale = (
  n: Networks,
  s: ScaledHeads,
  { heads, each, beta }: Scaling,
  value: Numbers,
  e: Estimates
): Estimates => {
  const envs = heads.length * each
  const scales = { mean: s.layout.host(value, "mean"), deviation: s.layout.host(value, "deviation") }
  const layer = lastLayer(n.value, s, s.layout.host(value, "network"))
  const headAt = (row: number): number => heads[Math.floor((row % envs) / each)]!
  for (const head of new Set(heads)) {
    takeTargets([layer], scales, { head, targets: e.target.filter((_, row) => headAt(row) === head), beta })
  }
  const scaledBy = (x: Float64Array): Float64Array =>
    x.map((v, row) => (v - scales.mean[headAt(row)]!) / scales.deviation[headAt(row)]!)
  return { ...e, value: scaledBy(e.value), target: scaledBy(e.target) }
}
