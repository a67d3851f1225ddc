import type { Tensor } from "../program/mod.ts"
import { add, div, min, mul, norm } from "../program/mod.ts"

/** A gradient held within a ball, and how long it was. */
export interface Clipped {
  readonly grad: Tensor
  /** ‖g‖₂ before: `[]`. */
  readonly norm: Tensor
}

/**
 * Scales a gradient down to norm at most `limit`.
 *
 *     g ← g · min(1, limit / (‖g‖₂ + 10⁻⁶))
 *
 * - Shapes: any; the norm is over all elements.
 * - Source: Pascanu, Mikolov and Bengio, arXiv:1211.5063, algorithm 1. Differs: the 10⁻⁶, as in PyTorch.
 */
export const clipNorm = (grad: Tensor, limit: number): Clipped => {
  const length = norm(grad)
  return { grad: mul(grad, min(div(limit, add(length, 1e-6)), 1)), norm: length }
}
