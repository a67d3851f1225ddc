/** Transitions that somebody else collected, as a run is given them: rows of some file or files, read in one pass after another. */
import type { Stream } from "effect"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import type { FileError } from "../../core/service/file_error.ts"

/** What stands in a row under one name. */
export interface RowColumn {
  readonly name: string
  /** Numbers of a row. */
  readonly width: number
  /** Texts instead of numbers. */
  readonly text?: true
}

/** Some rows, one after the other. */
export interface RowChunk {
  readonly count: number
  /** `[count, width]` by column. */
  readonly numbers: Readonly<Record<string, Floats>>
  /** `[count]` by column of texts. */
  readonly texts: Readonly<Record<string, readonly string[]>>
}

/** Rows by columns. Law: every pass gives the same rows in the same order. */
export interface RowSource {
  /** For messages: the file's name. */
  readonly name: string
  readonly columns: readonly RowColumn[]
  /** A pass over these columns. */
  readonly read: (columns: readonly string[]) => Stream.Stream<RowChunk, ArgumentError | FileError>
}

/** Columns of a transition, and what else they are often called. */
export const columnNames = {
  observation: ["obs", "observations", "state", "states"],
  action: ["actions"],
  task: ["tasks", "task_id", "task_ids"],
  environment: ["env", "env_id", "environments"],
  advantage: ["advantages", "adv"],
  reward: ["rewards"],
  terminated: ["terminations"],
  truncated: ["truncations"],
  logProb: ["log_prob", "log_probs", "logp", "logprob"],
  nextObservation: ["next_observation", "next_observations", "next_obs"],
  features: ["feature"]
} as const

export type ColumnRole = keyof typeof columnNames

/** The column of a source that is that of a transition. */
export const columnOf = ({ columns }: Pick<RowSource, "columns">, role: ColumnRole): RowColumn | undefined =>
  columns.find((c) => c.name === role) ?? columns.find((c) => columnNames[role].some((name) => name === c.name))
