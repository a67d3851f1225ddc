import type { Tensor } from "../program/mod.ts"
import { add, constant, div, mul, reshape, slice, sqrt, square, sub } from "../program/mod.ts"
import type { Optimizer } from "./optimizer.ts"

/** What Adam takes beside the step size. */
export interface AdamConfig {
  /** β₁, default 0.9. */
  readonly beta1?: number
  /** β₂, default 0.999. */
  readonly beta2?: number
  /** ε, added to the root outside of it; default 1e-8. */
  readonly epsilon?: number
  /** λ, default 0. */
  readonly weightDecay?: number
  /** `gradient`: g + λθ (Adam); `decoupled`: θ is multiplied by 1 − η·λ first (AdamW). Default `gradient`. */
  readonly decay?: "gradient" | "decoupled"
}

/** Element i of a vector, as a scalar. */
const at = (x: Tensor, i: number): Tensor => reshape(slice(x, [i], [1]), [])

/**
 * Adam and AdamW.
 *
 *     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   c_i ← β_i c_i + (1 − β_i) = 1 − β_iᵗ
 *     θ ← θ − (η / c₁) · m / (√v / √c₂ + ε)
 *
 * The bias corrections are carried as state: 1 − β₂ᵗ computed from a power would lose half the digits in float32.
 *
 * - Shapes: m, v as θ `[n]`; `correction` `[2]` = (c₁, c₂).
 * - Source: Kingma and Ba, arXiv:1412.6980, algorithm 1; Loshchilov and Hutter, arXiv:1711.05101, algorithm 2.
 *
 * @example The first step has the length of the rate
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { optim, program } from "policygradex"
 *
 * const state = { m: [1], v: [1], correction: [2] } as const
 * const step = program.program("step", { theta: [1], grad: [1], ...state }, ({ theta, grad, ...before }) => ({
 *   theta: optim.adam().step({ theta, grad, rate: 0.1 }, before).theta
 * }))
 * const zero = { m: [0], v: [0], correction: [0, 0] }
 * type Step = program.Program<"theta" | "grad" | "m" | "v" | "correction", "theta">
 * E.map((p: Step) => program.evaluate(p, { theta: [1], grad: [2], ...zero }).theta[0])(step) // => right(0.9000000005)
 * ```
 */
export const adam = (config: AdamConfig = {}): Optimizer<"m" | "v" | "correction"> => {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decay = "gradient" } = config
  return {
    name: decay === "decoupled" ? "adamw" : "adam",
    state: (n) => ({ m: [n], v: [n], correction: [2] }),
    step: ({ theta, grad, rate }, { m, v, correction }) => {
      const g = weightDecay !== 0 && decay === "gradient" ? add(grad, mul(theta, weightDecay)) : grad
      const start = weightDecay !== 0 && decay === "decoupled" ? mul(theta, sub(1, mul(weightDecay, rate))) : theta
      const first = add(mul(m, beta1), mul(g, 1 - beta1))
      const second = add(mul(v, beta2), mul(square(g), 1 - beta2))
      const c = add(mul(correction, constant([beta1, beta2])), constant([1 - beta1, 1 - beta2]))
      const root = add(mul(sqrt(second), div(1, sqrt(at(c, 1)))), epsilon)
      const moved = mul(div(first, root), div(rate, at(c, 0)))
      return { theta: sub(start, moved), state: { m: first, v: second, correction: c } }
    }
  }
}
