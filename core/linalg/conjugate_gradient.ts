/** What a solve by conjugate gradients reached. */
export interface ConjugateGradient {
  readonly x: Float64Array
  /** b − A x, from the recurrence. */
  readonly remainder: Float64Array
  /** ‖b − A x‖ / ‖b‖, from the same. */
  readonly residual: number
  readonly iterations: number
  /** Whether the residual met the tolerance; false also where A was found not to be positive definite. */
  readonly converged: boolean
}

/** When to stop. */
export interface ConjugateGradientOptions {
  /** Relative residual. */
  readonly tolerance: number
  readonly maxIterations: number
}

/**
 * Solves A x = b for a symmetric positive definite A that is only known by its products, which may take their time: yields
 * each p, and wants A p for it. What it yields it changes as soon as it goes on.
 *
 *     x_{t+1} = x_t + α_t p_t,    α_t = r_tᵀ r_t / p_tᵀ A p_t,    p_{t+1} = r_{t+1} + (r_{t+1}ᵀ r_{t+1} / r_tᵀ r_t) p_t
 *
 * - Shapes: `b`, each p and each product `[n]`.
 * - Source: Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49 (1952), 409.
 *
 * @example
 * const solving = conjugateGradientSteps(Float64Array.of(6))
 * solving.next().value // => Float64Array.of(6)
 * const last = solving.next(Float64Array.of(12))
 * last.done // => true
 */
export function* conjugateGradientSteps(
  b: Float64Array,
  options: Partial<ConjugateGradientOptions> = {}
): Generator<Float64Array, ConjugateGradient, Float64Array> {
  const n = b.length
  const { tolerance = 1e-10, maxIterations = 2 * n } = options
  const x = new Float64Array(n)
  const r = b.slice()
  const p = b.slice()
  const start = dot(b, b)
  let square = start
  let iterations = 0
  while (iterations < maxIterations && square > tolerance * tolerance * start) {
    const product = yield p
    const curvature = dot(p, product)
    if (!(curvature > 0)) break
    iterations++
    const alpha = square / curvature
    for (let i = 0; i < n; i++) {
      x[i] = x[i]! + alpha * p[i]!
      r[i] = r[i]! - alpha * product[i]!
    }
    const next = dot(r, r)
    const beta = next / square
    for (let i = 0; i < n; i++) p[i] = r[i]! + beta * p[i]!
    square = next
  }
  const residual = start === 0 ? 0 : Math.sqrt(square / start)
  return { x, remainder: r, residual, iterations, converged: residual <= tolerance }
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
