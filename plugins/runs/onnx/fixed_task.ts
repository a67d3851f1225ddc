/** A policy that is told its task, for one task only. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { momentsSize } from "../../../algorithms/internal.ts"
import type { Algorithm, Architecture, LoadedPolicy, Policy } from "../../../algorithms/mod.ts"
import { type ArgumentError, argumentError, cannot, partsOf } from "../../../core/failure/mod.ts"
import type { Network } from "../../../core/network/mod.ts"
import { suggestion } from "../../../core/text/choices.ts"

/**
 * The policy that does on observations alone what the given one does when it is told this task.
 *
 * A policy that is told no task comes back as it is.
 *
 * - Errors: `ArgumentError` for a task that the policy was not trained on, and for an algorithm that there is none of.
 */
export const fixedTask = (
  loaded: LoadedPolicy,
  task: string,
  algorithms: readonly Pick<Algorithm<unknown>, "id" | "makePolicy">[]
): E.Either<ArgumentError, LoadedPolicy> => {
  const refuse = (want: string, got: string, fix = "") => cannot("export a policy for one task", want, got, fix)
  const { policy, theta, tasks } = loaded
  const only = tasks.filter((t) => t.id === task)
  if (only.length === 0) {
    const there = tasks.map((t) => t.id)
    return refuse("a task that the policy was trained on", task, suggestion(task, there))
  }
  if (policy.taskIds.length === 0) return E.right({ ...loaded, tasks: only })
  const by = algorithms.find((a) => a.id === loaded.algorithm.id)
  if (by === undefined) return refuse(`algorithm ${loaded.algorithm.id}`, "none of that id")
  const from = policy.network.layout.size
  const { normalise } = policy.config
  // What scales rewards is the training's; by task there is none where none is told.
  const kept = normalise?.reward === "perTask" ? { normalise: { ...normalise, reward: false } } : {}
  const told = Float64Array.from(policy.taskIds, (id) => (id === task ? 1 : 0))
  const fixed = policy.network.fixInputs(theta.subarray(0, from), told)
  return pipe(
    by.makePolicy(
      policy.spaces,
      { ...policy.config, ...kept, taskOneHot: false },
      [],
      [architectureOf(policy, fixed.network)]
    ),
    E.mapLeft((e) => argumentError({ ...partsOf(e), doing: "export a policy for one task" })),
    E.map((alone): LoadedPolicy => {
      const folded = new Float64Array(alone.size)
      folded.set(fixed.theta)
      // What is beside the network stays as it is.
      folded.set(theta.subarray(from), alone.network.layout.size)
      const moments = loaded.moments?.subarray(0, momentsSize(alone))
      return { ...loaded, policy: alone, theta: folded, moments, tasks: only }
    })
  )
}

/** What the network is of, wherever that came from, under the name that the policy's configuration has for it. */
const architectureOf = (policy: Policy, { sized }: Network): Architecture => ({
  id: policy.network.id,
  summary: "",
  make: (_, { inputs, outputs }) => E.right(sized(inputs, outputs))
})
