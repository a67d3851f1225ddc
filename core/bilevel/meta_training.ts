import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, argumentError, cannot, partsOf } from "../failure/mod.ts"
import type { Mdp } from "../mdp/mod.ts"
import { integers, type Stream } from "../random/mod.ts"

/** What is learned from, and how. */
export interface MetaTraining {
  /** P(Γ): each as likely as the others. */
  readonly tasks: readonly Mdp[]
  /** ∇_ϕ J_τ(Alg(ϕ)) on one task: lines 3 to 6. */
  readonly gradient: (task: Mdp, phi: Float64Array) => E.Either<ArgumentError, Float64Array>
  /** α. */
  readonly rate: number
  /** T. */
  readonly iterations: number
}

/**
 * Algorithm 1: stochastic gradient ascent on what the policies adapted from ϕ reach.
 *
 * Differs: lines 3 and 5 evaluate Q exactly.
 *
 * - Shapes: `start` and each ϕ_t `[n, m]`; ϕ_0 … ϕ_T.
 * - Errors: those of the gradient, with the task and the iteration; `ArgumentError` where there is no task.
 * - Source: Xu and Zhu, NeurIPS 2024, algorithm 1.
 */
export const metaTrain = (
  { tasks, gradient, rate, iterations }: MetaTraining,
  start: Float64Array,
  draws: Stream
): E.Either<ArgumentError, readonly Float64Array[]> => {
  if (tasks.length === 0) return cannot("meta-train", "at least one task", "none")
  const path = [start]
  let phi = start
  for (let t = 0; t < iterations; t++) {
    const drawn = integers(draws, 0, tasks.length) // 2: a task
    const found = gradient(tasks[drawn]!, phi) // 3 to 6: its Q, Alg, the adapted policy's Q, the hypergradient
    if (E.isLeft(found)) {
      const said = partsOf(found.left)
      return E.left(argumentError({ ...said, got: `${said.got}, on task ${drawn} in iteration ${t}` }))
    }
    phi = phi.map((x, i) => x + rate * found.right[i]!) // 7: ϕ ← ϕ + α·∇
    path.push(phi)
  }
  return E.right(path)
}
