import type { Lanczos } from "./lanczos.ts"

/**
 * A quadratic form of a matrix's positive part, from the Lanczos run that started at its vector.
 *
 *     bᵀ A⁺ b ≈ ‖b‖² Σ_i ω_i max(θ_i, 0)
 *
 * - Units: those of A times ‖b‖².
 * - Source: Golub and Meurant, Matrices, Moments and Quadrature (2010), chapter 7, of f(t) = max(t, 0).
 */
export const positivePart = ({ values, weights }: Lanczos, square: number): number =>
  square * values.reduce((sum, value, i) => sum + weights[i]! * Math.max(value, 0), 0)
