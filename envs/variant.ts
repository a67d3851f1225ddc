import * as Either from "fp-ts/lib/Either.js"
import { shown } from "../core/text/shown.ts"
import { type EnvError, parameterError } from "./error.ts"
import type { Params } from "./parameter.ts"

/**
 * Values of a parameter that change the spaces: such an environment is another one.
 *
 * Tasks of a family and members of a batch share their spaces, so `make` refuses these values; {@link variantOf} has the
 * environment that they mean, for whoever wants one alone.
 */
export interface SpaceVariant<E> {
  readonly parameter: string
  /** Of which values, in words, e.g. "true". */
  readonly values: string
  /** The registered environment that has these spaces from the start; nothing where there is none. */
  readonly id?: string
  /** Parameters that mean this variant. */
  readonly example: Params
  /** The environment that the parameters mean, which takes them; nothing where they leave the spaces as they are. */
  readonly of: (params: Params) => E | undefined
}

/** Of an environment, E. */
interface Varying<E> {
  readonly id: string
  readonly variants?: readonly SpaceVariant<E>[]
}

/** The environment that the parameters mean: another one where they change the spaces. */
export const variantOf = <E extends Varying<E>>(env: E, params: Params): E => chosen(env, params)?.environment ?? env

/**
 * The parameters, where they leave the spaces as they are.
 *
 * - Errors: `ParameterError` that tells which environment to take.
 */
export const sameSpaces = (env: Varying<unknown>, params: Params): Either.Either<EnvError, Params> => {
  const found = chosen(env, params)
  if (found === undefined) return Either.right(params)
  const { parameter, id, values } = found.variant
  const doing = `set parameter "${parameter}" of ${env.id} in a task or a batch`
  const fix = id === undefined ? `no environment has those of ${values}` : `take ${id}`
  return Either.left(
    parameterError({ doing, want: "the spaces it has", got: shown(params[parameter]), fix, parameter })
  )
}

const chosen = <E>(env: Varying<E>, params: Params) => {
  for (const variant of env.variants ?? []) {
    const environment = variant.of(params)
    if (environment !== undefined) return { variant, environment }
  }
  return undefined
}
