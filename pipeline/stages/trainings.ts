/** What stages of many trainings have in common. */
import { Effect } from "effect"
import type { ProgressService } from "../../core/service/progress.ts"
import { totalCost } from "../../core/service/session.ts"
import type { Trained } from "../jobs/training.ts"

/** Is told how many trainings there will be, then of each as it finishes. */
export type Begin = (total: number) => Effect.Effect<(index: number, trained: Trained) => Effect.Effect<void>>

/** Tells of each finished training. */
export const counting = (stage: string, { report }: ProgressService): Begin =>
  Effect.fnUntraced(function* (total: number) {
    let [done, steps] = [0, 0]
    yield* report({ stage, done, total, unit: "trainings", steps })
    return (_: number, t: Trained): Effect.Effect<void> => {
      done++
      steps += t.steps
      return report({ stage, done, total, unit: "trainings", steps })
    }
  })

/** Trainings may be done on other threads, so each tells what it cost. */
export const costOfTrainings = ({ trained }: { readonly trained: readonly Trained[] }) =>
  totalCost(trained.map((t) => t.cost))
