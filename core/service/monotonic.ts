/** How long things take, by a clock that only runs forward, whoever sets the time of day. */
import { Clock, Effect } from "effect"

/** Seconds since some moment: the difference of two is how long something took. Time stamps are another clock's. */
export const monotonicSeconds: Effect.Effect<number> = Effect.map(
  Clock.monotonicTimeNanos,
  (nanoseconds) => Number(nanoseconds) / 1e9
)
