import * as Either from "fp-ts/lib/Either.js"
import { checkedDynamics } from "../dynamics.ts"
import type { Dynamics, Environment } from "../env.ts"
import { type EnvError, environmentError } from "../error.ts"

/** An environment made of another. What cannot be done is refused by `make`, so that wrappers compose as plain functions. */
export type Wrapper = (env: Environment) => Environment

/**
 * The record of a wrapped environment; its id tells what was done, so that checkpoints and receipts do too. An
 * environment whose state is elsewhere has no dynamics to wrap, and one of other spaces is to be wrapped itself: `make`
 * refuses.
 */
export const wrapped = (
  env: Environment,
  done: string,
  record: Partial<Environment>,
  dynamics: (inner: Dynamics) => Dynamics
): Environment => {
  const { open: _, variants: __, ...rest } = env
  return {
    ...rest,
    ...record,
    id: `${env.id}+${done}`,
    make: (params) => Either.map(dynamics)(checkedDynamics(env, env.make(params)))
  }
}

/** What of an environment, or of what was asked, does not fit a wrapper. */
interface Unfit {
  readonly field: string
  readonly want: string
  readonly got: string
  readonly fix?: string
}

/** The same environment, which cannot be made. */
export const unwrappable = (env: Environment, done: string, { field, want, got, fix = "" }: Unfit): Environment => {
  const refusal: Either.Either<EnvError, Dynamics> = Either.left(
    environmentError(`${env.id}+${done}`, field, want, got, fix)
  )
  return { ...wrapped(env, done, {}, (d) => d), make: () => refusal }
}
