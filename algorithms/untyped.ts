/** Algorithms of different configurations in one list. */
import { Effect, Result, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../core/failure/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import type { Algorithm, Updates } from "./algorithm.ts"
import { problemError } from "./error.ts"
import { strict } from "./settings.ts"

/**
 * The same algorithm, taking any configuration and refusing, with the schema's own words, what is none of its own.
 */
export const untyped = <C>(a: Algorithm<C>): Algorithm<unknown> => {
  const decoded = (config: unknown): E.Either<ArgumentError, C> => {
    const read = Schema.decodeUnknownResult(a.config, strict)(config)
    return Result.isSuccess(read)
      ? E.right(read.success)
      : E.left(problemError(`configuration of ${a.id}`, "one that fits its schema", read.failure.message))
  }
  const decode = (config: unknown): Effect.Effect<C, ArgumentError> => Effect.suspend(() => fromEither(decoded(config)))
  const { adapter, check, updates, widen, ...others } = a
  return {
    ...others,
    learner: (config, problem) => Effect.flatMap(decode(config), (c) => a.learner(c, problem)),
    collector: (config, problem) => Effect.flatMap(decode(config), (c) => a.collector(c, problem)),
    check: (config, problem) =>
      pipe(
        decoded(config),
        E.chain((c) => check?.(c, problem) ?? E.right(undefined))
      ),
    ...(updates === undefined
      ? {}
      : {
          updates: (config, size) =>
            pipe(
              decoded(config),
              E.map((c) => updates(c, size)),
              E.getOrElse((): Updates | undefined => undefined)
            )
        }),
    ...(widen === undefined
      ? {}
      : {
          widen: (config, policy, at, tasks) =>
            pipe(
              decoded(config),
              E.chain((c) => widen(c, policy, at, tasks))
            )
        }),
    ...(adapter === undefined
      ? {}
      : { adapter: (config, problem) => Effect.flatMap(decode(config), (c) => adapter(c, problem)) })
  }
}
