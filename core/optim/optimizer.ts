/** What every optimiser is: the state it keeps, and one step as tensors. */
import type { Shape, Tensor, Value } from "../program/mod.ts"

/** θ, ∂loss/∂θ and the learning rate of this step. */
export interface Step {
  /** `[n]`. */
  readonly theta: Tensor
  /** `[n]`. */
  readonly grad: Tensor
  /** A number, or a tensor of shape `[]` where a schedule changes it between steps. */
  readonly rate: Value
}

/**
 * Gradient descent of some kind: state in, state out, so that a step is part of the program that computed the gradient.
 * S names what the state consists of; all of it starts as zeros.
 */
export interface Optimizer<S extends string> {
  readonly name: string
  /** Shapes of the state for n parameters. */
  readonly state: (n: number) => Readonly<Record<S, Shape>>
  readonly step: (
    x: Step,
    state: Readonly<Record<S, Tensor>>
  ) => { readonly theta: Tensor; readonly state: Readonly<Record<S, Tensor>> }
}
