/** From θ★ to affinities without training anything: collect, project, solve all subsets, compare. */

import { Effect, Schema } from "effect"
import type { LearnerError, Policy, Transitions } from "../../../algorithms/mod.ts"
import { norm } from "../../../core/linalg/mod.ts"
import { child, stream } from "../../../core/random/mod.ts"
import { Doubles } from "../../../core/service/data.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import {
  centred,
  equation5,
  gradientCosine,
  type Subset,
  type SubsetScore,
  subsets
} from "../../../core/surrogate/mod.ts"
import type { SurrogateConfig } from "../../config.ts"
import { crossFittedGains, lossAtZero } from "./cross_fitted.ts"
import { projector, Visited } from "./features.ts"
import { type Observed, observe } from "./observe.ts"
import type { ObserveConfig, SurrogateProblem } from "./problem.ts"
import { solveSubsets, type TaskData, taskLosses } from "./solve_subsets.ts"

/** What a person sets for estimates. */
export type EstimateConfig = ObserveConfig &
  Pick<SurrogateConfig, "damping" | "trustRadius" | "subsets" | "subsetSize"> & {
    /** Whether gains are judged on other transitions than the fitted ones. */
    readonly crossFitted?: boolean
  }

/**
 * What is estimated of every subset, and how far the estimates can be trusted. The tasks are observed in this thread, or
 * by whoever `observed` asks.
 *
 * - Errors: `ArgumentError` where there are not so many subsets, or a task cannot be observed; `SessionError`, `SessionLost`, `WorkerLost`.
 */
export const estimate = Effect.fn("policygradex.estimate")(function* <C>(
  problem: SurrogateProblem<C, EstimateConfig>,
  observed?: Effect.Effect<readonly Observed[], LearnerError>
) {
  const { setting, tasks, at, config: c, key } = problem
  const { policy, environment } = setting
  const drawn = yield* fromEither(subsets(stream(child(key, "subsets")), tasks.length, c.subsetSize, c.subsets))
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const p = yield* projector(c.projection, policy, c.dimension, child(key, "projection"))
      const seen = yield* observed ?? observe(problem, p)
      const data = seen.map((o) => o.data)
      const solved = yield* solveSubsets(data, drawn, {
        dimension: c.dimension,
        mu: { curvatures: c.damping },
        tolerance: 1e-4,
        maxEvaluations: 200
      })
      const length = norm(at.policy)
      const relative = Array.from(p.lengths(solved.x), (l) => l / length)
      const x = withinRadius(solved.x, relative, c.trustRadius, c.dimension)
      const losses = yield* taskLosses(data, x, c.dimension)
      const unadapted = data.map(lossAtZero)
      const scored = (f: (task: number, k: number) => number): readonly SubsetScore[] =>
        drawn.map((s, k) => ({ tasks: s, values: s.map((i) => f(i, k)) }))
      const printed = scored((i, k) => -losses[i * drawn.length + k]!)
      const scores =
        c.crossFitted === true
          ? (yield* crossFittedGains(seen, drawn, c.dimension)).map((values, k) => ({ tasks: drawn[k]!, values }))
          : scored((i, k) => unadapted[i]! - losses[i * drawn.length + k]!)
      const gradients = data.map((d) => meanGradient(d, c.dimension))
      return {
        environment: environment.id,
        transitions: seen.map((o) => o.transitions),
        data,
        subsets: drawn,
        scores,
        /** Minus the losses, as equation 5 prints them. */
        printed,
        /** Mean of Â_t·g̃_t of every task. */
        gradients,
        solved,
        x,
        distances: relative.map((r) => (c.trustRadius === "off" ? r : Math.min(r, c.trustRadius))),
        clipped: relative.filter((r) => c.trustRadius !== "off" && r > c.trustRadius).length,
        lift: p.lift,
        affinities: {
          centred: centred(scores, tasks.length),
          gain: equation5(scores, tasks.length),
          eq5: equation5(printed, tasks.length),
          cosine: gradientCosine(gradients)
        }
      }
    })
  )
})

/** Shortens every solution that leaves the trust radius to it. */
const withinRadius = (
  x: Float64Array,
  relative: readonly number[],
  radius: number | "off",
  d: number
): Float64Array => {
  if (radius === "off") return x
  return x.map((v, i) => {
    const r = relative[Math.floor(i / d)]!
    return r > radius ? (v * radius) / r : v
  })
}

/** Mean of Â_t·g̃_t: the task's policy gradient in the projected space. */
const meanGradient = ({ features, advantages }: TaskData, d: number): Float64Array => {
  const out = new Float64Array(d)
  for (let r = 0; r < advantages.length; r++) {
    for (let i = 0; i < d; i++) out[i]! += advantages[r]! * features[r * d + i]!
  }
  return out.map((v) => v / advantages.length)
}

/** What the first-order check follows. */
export const Followed = Schema.Struct({
  /** The first transitions of each task. */
  visited: Schema.Array(Visited),
  /** Changes of θ, towards adapted policies. */
  adapted: Schema.Array(Doubles)
})
export type Followed = typeof Followed.Type

/** The first subsets' adapted directions, as many as there are of `directions`. */
export const followed = (
  policy: Policy,
  estimated: {
    readonly transitions: readonly Transitions[]
    readonly subsets: readonly Subset[]
    readonly x: Float64Array
    readonly lift: (x: Float64Array) => readonly Float64Array[]
  },
  dimension: number,
  directions: number
): Followed => {
  const count = Math.min(directions, estimated.subsets.length)
  return {
    visited: estimated.transitions.map((t) => firstRows(t, policy)),
    adapted: estimated.lift(estimated.x.subarray(0, count * dimension))
  }
}

/** Transitions of each task that the check follows. */
export const CHECKED_ROWS = 1024

/** Those of them. */
export const firstRows = (t: Visited, { inputs, actionSize }: Policy): Visited => {
  const count = Math.min(t.count, CHECKED_ROWS)
  return { count, observation: t.observation.slice(0, count * inputs), action: t.action.slice(0, count * actionSize) }
}
