/** How a run tells what it is doing: the contract. Layers: `plugins/progress` (terminal, lines, silent). */
import { Context, type Effect } from "effect"

/** How far a stage is. */
export interface StageProgress {
  /** Stable and short: `meta-training`, `surrogate`, `truth`, … */
  readonly stage: string
  /** Units of work finished, of `total`. */
  readonly done: number
  readonly total: number
  /** What a unit is, in the plural: `iterations`, `subsets`. */
  readonly unit: string
  /** Environment steps taken in this stage so far; leave it out where the stage takes none. */
  readonly steps?: number
  /** A few words of news: `mean return 181`. */
  readonly note?: string
}

/** Where a run tells how far it is. */
export interface ProgressService {
  /** Says where a stage stands. The first report of a stage starts its clock; `done = total` ends it. */
  readonly report: (progress: StageProgress) => Effect.Effect<void>
  /** A sentence that stays on the screen, e.g. a warning. */
  readonly say: (sentence: string) => Effect.Effect<void>
}

/** The progress display of the current run. */
export class Progress extends Context.Service<Progress, ProgressService>()("policygradex/Progress") {}
