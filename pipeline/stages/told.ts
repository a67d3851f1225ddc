/** The policy that is told which task it plays: the cheapest rival of groups. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { optionsFor, widthFor } from "../../algorithms/internal.ts"
import type { Fixed, Policy } from "../../algorithms/mod.ts"
import { type ArgumentError, argumentError, partsOf } from "../../core/failure/mod.ts"
import type { Catalog } from "../catalog.ts"
import { type TrainingSpec, toldSpec } from "../jobs/spec.ts"
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

/**
 * A spec whose policies are of another architecture, told their task, of that width of hidden layers with which they come nearest to
 * as many parameters as the setting's policy has. The options of the spec's own architecture are not theirs.
 *
 * - Errors: `ArgumentError` naming the architecture that there is none of, or that takes none of these settings.
 */
export const toldSpecBy = (
  id: string,
  spec: TrainingSpec,
  { policy, algorithm, environment }: Untold,
  architectures: Catalog["architectures"]
): E.Either<ArgumentError, TrainingSpec> => {
  const specOf = (width: number): TrainingSpec =>
    toldSpec({ ...spec, network: { ...spec.network, id, width, options: optionsFor(id, width) } })
  const policyOf = (width: number) =>
    algorithm.makePolicy(environment, specOf(width).network, spec.taskIds, architectures)
  const sizeOf = (width: number): number =>
    E.match(
      () => 0,
      (made: Policy) => made.size
    )(policyOf(width))
  const width = widthFor(sizeOf, policy.size)
  return pipe(
    policyOf(width),
    E.bimap(
      (refused) =>
        argumentError({
          ...partsOf(refused),
          doing: `learn from all tasks by ${id}`,
          fix: refused.fix === "" ? `take ${id} out of selection.architectures` : refused.fix
        }),
      () => specOf(width)
    )
  )
}
