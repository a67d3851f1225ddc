import { aggregator } from "./aggregator.ts"

/** w_i = 1/T: the gradient of the mean loss over tasks. */
export const mean = aggregator({
  id: "mean",
  summary: "The mean of the tasks' gradients",
  claims: ["permutation-invariant", "linear-under-scaling", "identity"],
  by: "tasks",
  weights: ({ tasks }) => new Float64Array(tasks).fill(1 / tasks)
})
