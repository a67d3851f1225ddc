/** Algorithms of different configurations in one list. */
import { Effect, Schema } from "effect"
import type { Algorithm } from "./algorithm.ts"
import { type ProblemError, problemError } from "./error.ts"
import { strict } from "./settings.ts"

/**
 * The same algorithm, taking any configuration and refusing, with the schema's own words, what is none of its own.
 */
export const erased = <C>(a: Algorithm<C>): Algorithm<unknown> => {
  const decode = (config: unknown): Effect.Effect<C, ProblemError> =>
    Schema.decodeUnknownEffect(
      a.config,
      strict
    )(config).pipe(
      Effect.mapError((e) => problemError(`configuration of ${a.id}`, "one that fits its schema", e.message))
    )
  const { adapter, ...others } = a
  return {
    ...others,
    learner: (config, problem) => Effect.flatMap(decode(config), (c) => a.learner(c, problem)),
    collector: (config, problem) => Effect.flatMap(decode(config), (c) => a.collector(c, problem)),
    ...(adapter === undefined
      ? {}
      : { adapter: (config, problem) => Effect.flatMap(decode(config), (c) => adapter(c, problem)) })
  }
}
