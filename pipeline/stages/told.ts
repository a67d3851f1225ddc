/** The policy that is told which task it plays: the cheapest rival of groups. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { Fixed, Policy } from "../../algorithms/mod.ts"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { Catalog } from "../catalog.ts"
import type { Setting } from "../jobs/training.ts"

type Untold = Pick<Setting<unknown>, "policy" | "algorithm" | "algorithmConfig" | "environment">

/** Why no such policy is trained beside a run's groups, or undefined where one is. */
export const whyNotTold = ({ policy, algorithm }: Untold): string | undefined => {
  if (policy.taskIds.length > 0) return "every policy of this run is told its task"
  if (algorithm.adapter !== undefined) return `policies of ${algorithm.id} adapt to their task instead`
  return algorithm.widen === undefined ? `${algorithm.id} does not say how a policy takes further inputs` : undefined
}

/** The setting's policy, but that it is told which of these tasks it plays. Errors: those of `makePolicy`. */
export const toldPolicy = (
  { policy, algorithm, environment }: Untold,
  taskIds: readonly string[],
  architectures: Catalog["architectures"]
): E.Either<ArgumentError, Policy> =>
  algorithm.makePolicy(environment, { ...policy.config, taskOneHot: true }, taskIds, architectures)

/** Where its training starts: it computes what θ★ does, whatever it is told. Left: why there is no such start. */
export const toldStart = (
  setting: Untold,
  taskIds: readonly string[],
  architectures: Catalog["architectures"],
  at: Fixed
): E.Either<string, Fixed> => {
  const { policy, algorithm, algorithmConfig } = setting
  const why = whyNotTold(setting)
  if (why !== undefined || algorithm.widen === undefined) return E.left(why ?? "")
  return pipe(
    E.Do,
    E.bind("told", () => toldPolicy(setting, taskIds, architectures)),
    E.bind("start", () => algorithm.widen?.(algorithmConfig, policy, at, taskIds.length) ?? E.right(at)),
    E.mapLeft(({ message }) => message),
    E.chain(({ told, start }) => {
      const [want, got] = [told.size, start.policy.length]
      if (want === got) return E.right(start)
      return E.left(`a network ${policy.network.id} with further inputs has ${want} parameters, its widened θ★ ${got}`)
    })
  )
}
