/** Where what is pure meets effects. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"

/** An effect that succeeds or fails as the value does; the failure stays what it is. */
export const fromEither = <F, A>(either: E.Either<F, A>): Effect.Effect<A, F> =>
  E.isLeft(either) ? Effect.fail(either.left) : Effect.succeed(either.right)
