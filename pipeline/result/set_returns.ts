/** Every meta-training set with what was learned from it. */
import type { Trained } from "../jobs/training.ts"
import type { AdaptedReturns } from "../stages/adaptation.ts"
import { type MetaLearned, trialName } from "../stages/selection.ts"
import type { SetRow } from "../stages/sets.ts"

type Adapted = AdaptedReturns["trainings"][number]

/** A row by what was learned from each of its sets. */
export interface SetReturns extends Omit<SetRow, "trials"> {
  readonly trials: readonly (SetRow["trials"][number] &
    Adapted &
    Pick<Trained, "operations" | "steps"> & {
      /** Of the policy. */
      readonly parameters: number
    })[]
}

/** Trials with what their trainings reached; a training may be of several. */
export const setReturns = (
  rows: readonly SetRow[],
  names: MetaLearned["names"],
  trained: MetaLearned["trained"],
  adapted: readonly Adapted[]
): readonly SetReturns[] =>
  rows.map((row) => ({
    ...row,
    trials: row.trials.map((trial) => {
      const at = names.indexOf(trialName(trial))
      const { operations, steps, policy } = trained[at]!
      return { ...trial, ...adapted[at]!, operations, steps, parameters: policy.length }
    })
  }))
