import * as Either from "fp-ts/lib/Either.js"
import { choices } from "../core/text/choices.ts"
import { shown } from "../core/text/shown.ts"
import type { Environment } from "./env.ts"
import { type EnvError, meant, unknownName } from "./error.ts"
import type { Family } from "./family.ts"
import { checkedFamily } from "./task_set.ts"

/** What a run can name: a value, made of lists; there is no other registration. */
export interface Registry {
  readonly environments: readonly Environment[]
  readonly families: readonly Family[]
  /** Where ids that begin with a certain prefix come from. */
  readonly sources?: readonly Source[]
}

/** Environments and families that are made when they are asked for. */
export interface Source {
  /** How their ids begin, e.g. "gymnasium:". */
  readonly prefix: string
  /** Errors: `UnknownName` with the nearest id there is; `ProcessError` where the process that knows does not answer. */
  readonly environment: (id: string) => Either.Either<EnvError, Environment>
  /** Errors: those of `environment`. */
  readonly family: (id: string) => Either.Either<EnvError, Family>
}

const sourceOf = (registry: Registry, id: string): Source | undefined =>
  registry.sources?.find((source) => id.startsWith(source.prefix))

/**
 * The environment of an id.
 *
 * - Errors: `UnknownName` with the nearest registered id.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { envs } from "policygradex"
 *
 * E.map((env: envs.Environment) => env.maxEpisodeSteps)(envs.findEnvironment(envs.standard, "CartPole-v1"))
 * // => right(500)
 * ```
 */
export const findEnvironment = (registry: Registry, id: string): Either.Either<EnvError, Environment> =>
  sourceOf(registry, id)?.environment(id) ?? find("environment", registry.environments, id)

/**
 * The task family of an id; its tasks are held to the contract of `Family`.
 *
 * - Errors: `UnknownName` with the nearest registered id.
 */
export const findFamily = (registry: Registry, id: string): Either.Either<EnvError, Family> =>
  Either.map(checkedFamily)(sourceOf(registry, id)?.family(id) ?? find("family", registry.families, id))

const find = <A extends { readonly id: string }>(
  kind: "environment" | "family",
  items: readonly A[],
  name: string
): Either.Either<EnvError, A> => {
  const found = items.find((item) => item.id === name)
  if (found !== undefined) return Either.right(found)
  const valid = items.map((item) => item.id)
  const [doing, want, got] = [`find ${kind} ${shown(name)}`, `one of ${choices(valid, name)}`, "no such id"]
  return Either.left(unknownName({ doing, want, got, ...meant(name, valid) }))
}
