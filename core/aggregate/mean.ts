import type { Aggregator } from "./aggregator.ts"

/** w_i = 1/T: the gradient of the mean loss over tasks. */
export const mean: Aggregator = {
  id: "mean",
  summary: "The mean of the tasks' gradients",
  weights: ({ tasks }) => new Float64Array(tasks).fill(1 / tasks)
}
