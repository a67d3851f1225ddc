import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import type { Form, Relaxation, SolverState } from "./relaxation.ts"
import { type SolverOptions, sdp } from "./sdp.ts"

/**
 * The relaxation for several numbers of groups or prices, each solve starting where the one before ended.
 *
 * Neighbouring prices have neighbouring solutions, so a path costs much less than its solves one by one; give the forms in
 * ascending or descending order.
 *
 * - Shapes, units, errors: as `sdp`.
 */
export const sdpPath = (
  n: number,
  u: Float64Array,
  forms: readonly Form[],
  options: Partial<SolverOptions> = {}
): E.Either<ArgumentError, readonly Relaxation[]> => {
  const solved: Relaxation[] = []
  let start: SolverState | undefined = options.start
  for (const form of forms) {
    const next = sdp(n, u, form, { ...options, start })
    if (E.isLeft(next)) return next
    solved.push(next.right)
    // A closed form leaves no multipliers: the state of the last iteration is the better start.
    if (next.right.iterations > 0) start = next.right.state
  }
  return E.right(solved)
}
