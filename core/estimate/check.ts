/** Checks shared by the estimators. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

const refuse = (field: string, value: string, want: string): E.Either<ArgumentError, never> =>
  cannot(`use ${field}`, want, value)

/** Every column has `want` elements, a whole number of rows of `envs`. */
export const lengths = <K extends string>(
  x: Readonly<Record<K, ArrayLike<number>>>,
  columns: readonly K[],
  want: number,
  envs: number
): E.Either<ArgumentError, undefined> => {
  if (!Number.isInteger(envs) || envs < 1) return refuse("envs", String(envs), "a whole number >= 1")
  if (want % envs !== 0) return refuse("reward", `length ${want}`, `whole steps of ${envs} environments`)
  const odd = columns.find((k) => x[k].length !== want)
  return odd === undefined
    ? E.right(undefined)
    : refuse(odd, `length ${x[odd].length}`, `length ${want}, that of reward`)
}

/** Every number is within [0, 1]. */
export const inUnit = (x: Readonly<Record<string, number>>): E.Either<ArgumentError, undefined> => {
  const odd = Object.entries(x).find(([, v]) => !(v >= 0 && v <= 1))
  return odd === undefined ? E.right(undefined) : refuse(odd[0], String(odd[1]), "a number in [0, 1]")
}
