/** Combinations of task gradients: one more is one file and one entry. */
import type { Aggregator } from "./aggregator.ts"
import { mean } from "./mean.ts"

export type { Aggregator, TaskGradients } from "./aggregator.ts"
export { mean } from "./mean.ts"

/** Those that come with the package. */
export const aggregators: readonly Aggregator[] = [mean]
