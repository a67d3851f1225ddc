/** Linear systems of all tasks together: conjugate gradients that ask for their products at the same time. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Lanczos, lanczos } from "../../core/curvature/mod.ts"
import { type ConjugateGradient, conjugateGradientSteps } from "../../core/linalg/mod.ts"
import type { BoMrl } from "./config.ts"

/** Products of the tasks' own matrices with a direction of each; a task whose direction is undefined is done. */
export type Products<F> = (
  directions: readonly (Float64Array | undefined)[]
) => Effect.Effect<readonly Float64Array[], F>

/** One task's system. */
export interface Solution extends ConjugateGradient {
  /** The smallest eigenvalue of the curvature without damping, where with it some direction had none left. */
  readonly indefinite: number | undefined
}

/** Products that a smallest eigenvalue may take: it is for a message, and extreme ones are found first. */
const LOOKS = 30

/**
 * x_t with (C_t + λ·damping·I) x_t = b_t for every task, each by conjugate gradients.
 *
 * - Shapes: each b, direction and product `[p]`.
 * - Source: Xu and Zhu, NeurIPS 2024, appendix E.
 */
export const solveSystems = Effect.fn("bilevel.solveSystems")(function* <F>(
  { hypergradient: h, inner }: BoMrl,
  slopes: readonly Float64Array[],
  products: Products<F>
) {
  const shift = inner.lambda * h.damping
  const solving = slopes.map((b) => conjugateGradientSteps(b, { maxIterations: h.iterations, tolerance: h.tolerance }))
  const asked = solving.map((s) => s.next())
  while (asked.some((a) => a.done !== true)) {
    const directions = asked.map((a) => (a.done === true ? undefined : a.value))
    const found = yield* products(directions)
    for (const [t, p] of directions.entries())
      if (p !== undefined) asked[t] = solving[t]!.next(found[t]!.map((x, i) => x + shift * p[i]!))
  }
  return yield* Effect.forEach(asked, (last, t) =>
    Effect.gen(function* () {
      const solved: ConjugateGradient = last.done === true ? last.value : { ...none(slopes[t]!) }
      const stopped = !solved.converged && solved.iterations < h.iterations
      const indefinite = stopped ? yield* smallestOf(slopes, t, products) : undefined
      return { ...solved, indefinite } satisfies Solution
    })
  )
})

const none = (b: Float64Array): ConjugateGradient => ({
  x: b.map(() => 0),
  remainder: b,
  residual: 1,
  iterations: 0,
  converged: false
})

/** The smallest eigenvalue of one task's matrix, from its b. */
const smallestOf = Effect.fnUntraced(function* <F>(
  slopes: readonly Float64Array[],
  task: number,
  products: Products<F>
) {
  const looking = lanczos(slopes[task]!, { steps: LOOKS, ends: "smallest", tolerance: 1e-2 })
  let asked = looking.next()
  while (asked.done !== true) {
    const direction = asked.value[0]
    const found = yield* products(slopes.map((_, t) => (t === task ? direction : undefined)))
    asked = looking.next([found[task]!])
  }
  return E.match(
    () => Number.NaN,
    ({ values }: Lanczos) => values.at(-1) ?? Number.NaN
  )(asked.value)
})
