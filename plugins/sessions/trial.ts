/** The trial of a session: a small program whose numbers are known. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { add, evaluate, matmul, program, sum, tanh } from "../../core/program/mod.ts"
import { type SessionService, sessionError } from "../../core/service/session.ts"

/** A layer of a network and a sum: a product, a broadcast, a function, a reduction. */
const layer = program("trial", { x: [5, 7], w: [7, 9], b: [9] }, ({ x, w, b }) => {
  const y = tanh(add(matmul(x, w), b))
  return { y, s: sum(y) }
})

const numbers = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => (((i * 37 + seed) % 17) - 8) / 8)

const inputs = { x: numbers(35, 1), w: numbers(63, 5), b: numbers(9, 3) }

/** Relative to 1 + |want|: half-precision devices pass, those that compute something else do not. */
const TOLERANCE = 1e-2

/**
 * Compiles and runs a small program and compares its numbers with the reference.
 *
 * - Errors: `SessionError` naming the first number that is wrong; those of the session.
 */
export const trial = Effect.fnUntraced(function* (session: SessionService) {
  if (E.isLeft(layer)) return yield* Effect.die(layer.left)
  const wanted = evaluate(layer.right, inputs)
  const found = yield* Effect.scoped(Effect.flatMap(session.compile(layer.right), (e) => e.run(inputs)))
  for (const name of ["y", "s"] as const) {
    const i = wanted[name].findIndex((w, k) => !(Math.abs(w - found[name][k]!) <= TOLERANCE * (1 + Math.abs(w))))
    if (i < 0) continue
    return yield* Effect.fail(
      sessionError(session.kind, {
        operation: "compute a small program",
        want: `${wanted[name][i]} as number ${i} of ${name}`,
        got: `${found[name][i]}`,
        fix: "use another session"
      })
    )
  }
})
