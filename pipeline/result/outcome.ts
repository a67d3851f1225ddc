import type { Task } from "../../envs/mod.ts"
import type { RunConfig } from "../config.ts"
import type { Trained } from "../jobs/training.ts"
import type { TruthAgreement } from "../stages/agreement.ts"
import type { LeftOut } from "../stages/comparison.ts"
import type { CurvaturePoint } from "../stages/curvature/point.ts"
import type { Decided } from "../stages/deciding.ts"
import type { Residuals } from "../stages/first_order/validity.ts"
import type { RowReturns } from "../stages/group_returns.ts"
import type { TaskGroups } from "../stages/grouping.ts"
import type { Estimated } from "../stages/surrogate.ts"
import type { Truth } from "../stages/truth.ts"
import type { Spent } from "../store/ledger.ts"
import type { SetReturns } from "./set_returns.ts"

/** Everything that the stages gave. */
export interface Outcome {
  /** Whether the learner is a meta-learner: all its returns are those after adaptation. */
  readonly adapts: boolean
  readonly config: RunConfig
  readonly tasks: readonly Task[]
  readonly planted: readonly number[] | undefined
  readonly meta: Pick<Trained, "curve">
  readonly estimated: Estimated
  /** Relative residuals, a row a direction, a column a distance. */
  readonly residuals: Residuals
  readonly grouping: TaskGroups
  /** Where trainings decided which groups are best. */
  readonly decided?: Decided
  readonly truth: Truth
  readonly comparison: TruthAgreement | undefined
  /** Every row of the comparison. */
  readonly trained: { readonly rows: readonly RowReturns[]; readonly leftOut: readonly LeftOut[] }
  /** Where the run selects: every set that was learned from. */
  readonly selection?: {
    readonly rows: readonly SetReturns[]
    readonly leftOut: readonly LeftOut[]
    /** Tasks that were adapted to. */
    readonly unseen: number
  }
  /** Where the run measured it. */
  readonly curvature?: readonly CurvaturePoint[]
  readonly spent: readonly (readonly [string, Spent])[]
  /** What computed each stage. */
  readonly backends: ReadonlyMap<string, string>
}
