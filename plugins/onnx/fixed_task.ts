/** A policy that is told its task, for one task only. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { Algorithm, LoadedPolicy } from "../../algorithms/mod.ts"
import { suggestion, UsageError } from "../failure.ts"

/**
 * The policy that does on observations alone what the given one does when it is told this task.
 *
 * θ begins with the first layer, W row by row, then b:
 *
 *     z_1 = W [o; e_t] + b = W_o o + (b + W e_t)
 *
 * A policy that is told no task comes back as it is.
 *
 * - Errors: `UsageError` for a task that the policy was not trained on, and for an algorithm that there is none of.
 */
export const fixedTask = (
  loaded: LoadedPolicy,
  task: string,
  algorithms: readonly Pick<Algorithm<unknown>, "id" | "makePolicy">[]
): E.Either<UsageError, LoadedPolicy> => {
  const refuse = (want: string, got: string, fix = "") =>
    E.left(new UsageError({ doing: "export a policy for one task", want, got, fix }))
  const { policy, theta, tasks } = loaded
  const only = tasks.filter((t) => t.id === task)
  if (only.length === 0) {
    const there = tasks.map((t) => t.id)
    return refuse("a task that the policy was trained on", task, suggestion(task, there))
  }
  if (policy.taskIds.length === 0) return E.right({ ...loaded, tasks: only })
  const by = algorithms.find((a) => a.id === loaded.algorithm.id)
  if (by === undefined) return refuse(`algorithm ${loaded.algorithm.id}`, "none of that id")
  return pipe(
    by.makePolicy(policy.spaces, { ...policy.config, taskOneHot: false }),
    E.mapLeft((e) => new UsageError({ doing: "export a policy for one task", want: e.want, got: e.got, fix: "" })),
    E.map((alone): LoadedPolicy => {
      const outputs = policy.network.layers[0]?.outputs ?? 0
      const { inputs } = alone
      const at = inputs + policy.taskIds.indexOf(task)
      const bias = outputs * policy.inputs
      const folded = new Float64Array(alone.size)
      for (let row = 0; row < outputs; row++) {
        const from = row * policy.inputs
        folded.set(theta.subarray(from, from + inputs), row * inputs)
        folded[outputs * inputs + row] = theta[bias + row]! + theta[from + at]!
      }
      // All that follows the first layer stays as it is.
      folded.set(theta.subarray(bias + outputs), outputs * (inputs + 1))
      return { ...loaded, policy: alone, theta: folded, tasks: only }
    })
  )
}
