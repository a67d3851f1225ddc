/** How an experiment tells how far it is: a line a run. */
import { Effect } from "effect"
import type { ProgressService } from "../../core/service/progress.ts"

/** A run's progress as one line of its experiment's: its name, and where its stage stands. */
export const progressOfRun = (name: string, { report, say }: ProgressService): ProgressService => ({
  // Only the run's end ends the line.
  report: ({ stage, done, total, unit, note }) =>
    report({
      stage: name,
      done: Math.min(done, total - 1),
      total,
      unit: `${unit} of ${stage}`,
      ...(note === undefined ? {} : { note })
    }),
  // What takes lines is in the run's report.
  say: (sentence) => (sentence.includes("\n") ? Effect.void : say(`${name}: ${sentence}`))
})

/** Says that a run is over. */
export const endOfRun = (name: string, note: string, { report }: ProgressService): Effect.Effect<void> =>
  report({ stage: name, done: 1, total: 1, unit: "runs", note })
