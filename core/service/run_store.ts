/** Where a run keeps what it makes: the contract. Layers: `plugins/runs/store` (a directory, or memory). */
import { Context, type Effect, type Option, Schema } from "effect"
import { type Failure, failureOf, isFailure, type Said } from "../failure/mod.ts"

/** A run's store that cannot be made, read or written. */
export type RunStoreError = Failure<"RunStoreError"> & { readonly reason: RunStoreReason }

export type RunStoreReason =
  | "exists"
  | "not-a-run"
  | "not-writable"
  | "not-readable"
  | "other-version"
  | "other-config"
  | "locked"
  | "missing"
  | "damaged"

export const storeFailure = failureOf<"RunStoreError", { readonly reason: RunStoreReason }>("RunStoreError")

export const isRunStoreError = (x: unknown): x is RunStoreError => isFailure(x, "RunStoreError")

/** "Cannot use ‹path›: …". */
export const runStoreError = ({
  path,
  ...said
}: Omit<Said, "doing"> & { readonly reason: RunStoreReason; readonly path: string }): RunStoreError =>
  storeFailure({ doing: `use ${path}`, ...said })

/** One number that was measured; (step, task, metric) is its key within a run. Aggregates are computed from rows. */
export interface EventRow {
  /** The stage that measured it, `meta-training`; of one of its trainings, below it: `group-training/group 1/seed 0`. */
  readonly stage: string
  /** Iteration within the stage. */
  readonly step: number
  /** The task's stable id; empty for what belongs to no single task. */
  readonly task: string
  readonly metric: string
  readonly value: number
}

/** Whether a row is of the stage, or of a training below it. */
export const isOfStage = ({ stage: of }: Pick<EventRow, "stage">, stage: string): boolean =>
  of === stage || of.startsWith(`${stage}/`)

/** What a log holds: equal for equal runs. */
export const Logged = Schema.Struct({
  rows: Schema.Int,
  /** Of the rows in their order, without times and the run's name; lower-case hexadecimal. */
  sha256: Schema.String
})
export type Logged = typeof Logged.Type

/** A finished file of the run. */
export const Artefact = Schema.Struct({
  stage: Schema.String,
  name: Schema.String,
  /** Relative to the run directory: `stage/name.hash.ending`. */
  path: Schema.String,
  /** Of the bytes, lower-case hexadecimal. */
  sha256: Schema.String,
  bytes: Schema.Int
})
export type Artefact = typeof Artefact.Type

/** What an artefact may hold. */
export type Content =
  | {
      readonly kind: "array"
      readonly shape: readonly number[]
      readonly data: Float64Array | Float32Array | Int32Array | Uint8Array
    }
  | { readonly kind: "tensors"; readonly tensors: readonly Tensor[]; readonly meta?: Readonly<Record<string, string>> }
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: "json"; readonly value: unknown }

export type Cell = string | number | boolean

/** Rows of numbers, all as long as the first, as an array `[rows][numbers]`. */
export const rowsOf = (rows: readonly Float64Array[]): Content & { readonly kind: "array" } => {
  const width = rows[0]?.length ?? 0
  const data = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) data.set(row, i * width)
  return { kind: "array", shape: [rows.length, width], data }
}

/** A named array of a policy, as `.safetensors` holds it. */
export interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

/**
 * Results of a run that is not finished, so that it can go on where it stopped: beside the artefacts, in no digest.
 *
 * Values and inputs are plain data: texts, numbers, lists, records, arrays of numbers.
 */
export interface Kept {
  /** What was kept under the name for these very inputs. Errors: `damaged` for a file that has changed since. */
  readonly find: (name: string, inputs: unknown) => Effect.Effect<Option.Option<unknown>, RunStoreError>
  /** Keeps a value in the place of what the name had. */
  readonly put: (name: string, inputs: unknown, value: unknown) => Effect.Effect<void, RunStoreError>
  /** Forgets what is below a name (`truth/`), or everything (the empty name). */
  readonly drop: (below: string) => Effect.Effect<void, RunStoreError>
  /** Does it when nobody else is at work on that name for these inputs: where several runs keep in one place. */
  readonly alone: (name: string, inputs: unknown) => <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Names this machine: some sessions give other last bits on another one. */
  readonly machine: string
}

/** Where a run leaves what it made, and finds it again. */
export interface RunStoreService {
  /** What names the run in messages and rows: the directory's name. */
  readonly name: string
  /** The directory; empty in memory. */
  readonly directory: string
  /** When the run began, in milliseconds since 1970, however often it went on since; a store in memory does not tell. */
  readonly startedAt?: number
  /** What was found amiss when it was opened, and mended: sentences for whoever watches the run. */
  readonly notes: readonly string[]
  /**
   * Writes one artefact; the same content gives the same bytes and the same path. Endings: array `.npy`, tensors
   * `.safetensors`, table `.csv`, json `.json`.
   */
  readonly put: (stage: string, name: string, content: Content) => Effect.Effect<Artefact, RunStoreError>
  /** The latest artefact of that stage and name, if the run has one. */
  readonly find: (stage: string, name: string) => Effect.Effect<Artefact | undefined>
  /** The bytes of an artefact; their digest is checked. */
  readonly bytes: (artefact: Artefact) => Effect.Effect<Uint8Array, RunStoreError>
  /** All artefacts, by path. */
  readonly artefacts: Effect.Effect<readonly Artefact[]>
  /** Appends rows to the log, each with the time. */
  readonly log: (rows: readonly EventRow[]) => Effect.Effect<void, RunStoreError>
  /**
   * Makes these the rows of the stage and of all below it, in this order, before more are measured: what is missing is
   * written again, what is too much goes. Gives how many were missing.
   */
  readonly relog: (stage: string, rows: readonly EventRow[]) => Effect.Effect<number, RunStoreError>
  /** What the log holds. */
  readonly logged: Effect.Effect<Logged, RunStoreError>
  readonly kept: Kept
  /** Writes `summary.json`. */
  readonly summary: (value: unknown) => Effect.Effect<void, RunStoreError>
  /** Writes `report.html`. */
  readonly report: (html: string) => Effect.Effect<void, RunStoreError>
}

/** The store of the current run. */
export class RunStore extends Context.Service<RunStore, RunStoreService>()("policygradex/RunStore") {}
