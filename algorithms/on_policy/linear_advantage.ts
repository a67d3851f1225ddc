/** Values and advantages by a baseline that is fitted to each task's own rollout: nothing to train. */
import * as E from "fp-ts/lib/Either.js"
import { linearBaseline, returnsInto } from "../../core/estimate/mod.ts"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { fittedAdvantages, takeTask } from "../meta/advantage.ts"
import type { EnvironmentRunner, RolloutBuffer } from "../rollouts.ts"
import type { Estimates } from "./advantage.ts"
import type { Loop } from "./objective.ts"

/**
 * Fills estimates: {@link fittedAdvantages} by a {@link linearBaseline} of each task's own transitions, by the first `seen` inputs or all.
 *
 * - Errors: those of `gaeInto`.
 * - Source: Duan et al., arXiv:1604.06778; Schulman et al., arXiv:1506.02438, eq. 16. Differs: the published multi-task learners count
 *   nothing after a cut.
 */
export const linearEstimate = (
  c: Pick<Loop, "gamma" | "lambda"> & { readonly seen?: number },
  tasks: number,
  x: EnvironmentRunner,
  e: RolloutBuffer,
  into: Estimates
): E.Either<ArgumentError, void> => {
  const each = x.batch.count / tasks
  const inputs = e.observation.length / e.count
  const width = c.seen ?? inputs
  const features = (all: Floats): Floats =>
    width === inputs
      ? all
      : Float64Array.from(
          { length: (all.length / inputs) * width },
          (_, i) => all[Math.floor(i / width) * inputs + (i % width)]!
        )
  for (let task = 0; task < tasks; task++) {
    const taken = takeTask(x, e, task, each)
    const r = { ...taken, reward: Float64Array.from(x.normaliser.rewards(taken.reward, () => task)) }
    const reached = Float64Array.from(r.rows, (row) => e.rows.episodeLength[row]!)
    const before = { observation: features(r.observation), width, time: reached.map((t) => t - 1) }
    const after = { observation: features(r.nextInputs), width, time: reached }
    const fit = linearBaseline(before)
    const done = fittedAdvantages(c, r, each, (returns) => {
      const valuesAt = fit(returns)
      return { value: valuesAt(before), next: valuesAt(after) }
    })
    if (E.isLeft(done)) return done
    for (const [i, row] of r.rows.entries()) {
      into.value[row] = r.value[i]!
      into.next[row] = r.next[i]!
      into.advantage[row] = r.advantage[i]!
    }
  }
  returnsInto(into.advantage, into.value, into.target)
  return E.right(undefined)
}
