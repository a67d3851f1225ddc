/** How far from θ★ the estimates can be trusted, and what happens beyond. */

import { Effect, Schema } from "effect"
import { type ArgumentError, argumentError } from "../../../core/failure/mod.ts"
import { Numbers } from "../../../core/service/data.ts"
import { percent } from "../../../core/text/numbers.ts"
import { type Interval, interval } from "../interval.ts"

/** One row of the first-order check (Table 1 of the paper); also a row of the artefact `first-order/table`. */
export interface FirstOrderRow {
  readonly direction: "adapted" | "random"
  /** ‖θ−θ★‖/‖θ★‖. */
  readonly distance: number
  /** Σ residual² / Σ log-probability². */
  readonly relativeRss: Interval
}

/** Relative residuals, a row a direction, a column a distance. */
export const Residuals = Schema.Struct({ adapted: Schema.Array(Numbers), random: Schema.Array(Numbers) })
export type Residuals = typeof Residuals.Type

/** Means over directions, as Table 1 has them. */
export const firstOrderRows = (distances: readonly number[], residuals: Residuals): readonly FirstOrderRow[] =>
  (["adapted", "random"] as const).flatMap((direction) =>
    distances.map((distance, c) => ({
      direction,
      distance,
      relativeRss: interval(residuals[direction].map((row) => row[c]!))
    }))
  )

/** The largest distance up to which the mean residual along adapted directions stays within the limit. */
export const coveredDistance = (rows: readonly FirstOrderRow[], maximum: number): number => {
  let covered = 0
  for (const r of rows.filter((x) => x.direction === "adapted").toSorted((a, b) => a.distance - b.distance)) {
    if (!(r.relativeRss.value <= maximum)) break
    covered = r.distance
  }
  return covered
}

/** Fails where a distance is beyond what the check covers. Errors: `ArgumentError`. */
export const refuseBeyond = (
  distances: readonly number[],
  rows: readonly FirstOrderRow[],
  maximum: number
): Effect.Effect<void, ArgumentError> => {
  const covered = coveredDistance(rows, maximum)
  const beyond = distances.filter((d) => !(d <= covered))
  if (beyond.length === 0) return Effect.void
  return Effect.fail(
    argumentError({
      doing: "trust the estimates",
      want:
        `every adapted policy within ${percent(covered)} of θ★, as far as the first-order check covers ` +
        `(relative residual at most ${percent(maximum)})`,
      got: `${beyond.length} of ${distances.length} beyond, the farthest at ${percent(Math.max(...beyond))}`,
      fix:
        covered > 0
          ? `raise surrogate.damping, set surrogate.trustRadius to ${covered}, or set firstOrder.beyond to warn`
          : "add smaller firstOrder.distances, or set firstOrder.beyond to warn"
    })
  )
}
