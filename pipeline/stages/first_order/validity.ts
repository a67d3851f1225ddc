/** How far from θ★ the estimates can be trusted, and what happens beyond. */
import { Effect, Schema } from "effect"
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
    if (r.relativeRss.value > maximum) break
    covered = r.distance
  }
  return covered
}

/** Estimates beyond the distance that the first-order check covers, where the configuration wants none. */
export class EstimatesRefused extends Schema.TaggedError<EstimatesRefused>()("EstimatesRefused", {
  /** Estimates too far from θ★, of all. */
  beyond: Schema.Int,
  all: Schema.Int,
  /** The distance covered, and that of the farthest estimate; relative to ‖θ★‖. */
  covered: Schema.Finite,
  farthest: Schema.Number,
  /** The largest relative residual allowed. */
  maximum: Schema.Finite
}) {
  override get message(): string {
    const fix =
      this.covered > 0
        ? `raise surrogate.damping, set surrogate.trustRadius to ${this.covered}, or set firstOrder.beyond to warn`
        : "add smaller firstOrder.distances, or set firstOrder.beyond to warn"
    return (
      `Cannot trust the estimates: want every adapted policy within ${percent(this.covered, 3)} of θ★, as far as the ` +
      `first-order check covers (relative residual at most ${percent(this.maximum, 3)}), got ${this.beyond} of ${this.all} ` +
      `beyond, the farthest at ${percent(this.farthest, 3)}; ${fix}`
    )
  }
}

/** Fails where a distance is beyond what the check covers. Errors: `EstimatesRefused`. */
export const refuseBeyond = (
  distances: readonly number[],
  rows: readonly FirstOrderRow[],
  maximum: number
): Effect.Effect<void, EstimatesRefused> => {
  const covered = coveredDistance(rows, maximum)
  const beyond = distances.filter((d) => !(d <= covered))
  if (beyond.length === 0) return Effect.void
  const farthest = Math.max(...beyond)
  return Effect.fail(new EstimatesRefused({ beyond: beyond.length, all: distances.length, covered, farthest, maximum }))
}
