/** A step by weights of the tasks' losses in two calls, between which they are weighed. */
import { Effect } from "effect"
import type * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../core/failure/mod.ts"
import { inStages, type Program } from "../core/program/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import { type Buffer, Session } from "../core/service/session.ts"

/** What a program is divided by. */
export interface Division {
  /** Inputs that are known once the tasks have been weighed. */
  readonly weights: readonly string[]
  /** Outputs that the first call gives: none depends on the weights. */
  readonly seen: readonly string[]
}

/**
 * Compiles a step in two: `look` is what does not depend on the weights, as the forward pass, and `move` the rest, with one gradient of the
 * weighted loss. What the first leaves for the second is `kept`: outputs of the one, inputs of the other.
 *
 * - Errors: that of the program.
 */
export const dividedStep = Effect.fnUntraced(function* (
  program: E.Either<ArgumentError, Program<string, string>>,
  { weights, seen }: Division
) {
  const session = yield* Session
  const whole = yield* fromEither(program)
  const { first, rest } = yield* fromEither(inStages(weights)(whole))
  const kept: Record<string, Buffer> = {}
  for (const [name, { shape }] of Object.entries(first.outputs)) kept[name] = yield* session.buffer(shape)
  const shown = Object.fromEntries(seen.map((name) => [name, whole.outputs[name]!]))
  const moved = Object.fromEntries(Object.entries(rest.outputs).filter(([name]) => !seen.includes(name)))
  const look = yield* session.compile({ ...first, outputs: { ...first.outputs, ...shown } })
  const move = yield* session.compile({ ...rest, outputs: moved })
  return { look, move, kept, flops: look.cost.flops + move.cost.flops }
})
