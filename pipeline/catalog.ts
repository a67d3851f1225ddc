/** Where a job looks ids up. */
import type { Algorithm, Architecture } from "../algorithms/mod.ts"
import type { Aggregator } from "../core/aggregate/mod.ts"
import type { Registry } from "../envs/mod.ts"

/** A way to split tasks: the record that a plugin contributes. */
export interface GroupingPlugin {
  readonly id: string
  readonly summary: string
  /**
   * A group's number for each task, any whole numbers; `affinity[i][j]` says how much task j helps task i. With `k` a
   * number there should be so many groups. All randomness comes from `random`, numbers in [0, 1).
   */
  readonly group: (
    affinity: readonly (readonly number[])[],
    k: number | "auto",
    random: () => number
  ) => readonly number[]
}

/** All that has a name. */
export interface Catalog {
  readonly registry: Registry
  readonly algorithms: readonly Algorithm<unknown>[]
  /** Architectures of networks; by default the package's own. */
  readonly architectures?: readonly Architecture[] | undefined
  /** Combinations of task gradients beside the package's own. */
  readonly aggregators?: readonly Aggregator[]
  /** Ways to split tasks beside the package's own. */
  readonly groupings?: readonly GroupingPlugin[]
}
