/** Feature-wise linear modulation: the task scales and shifts what the layers compute. */
import { type Activation, activations } from "./hidden.ts"
import type { Network } from "./network.ts"
import { add, columns, inputWires, linear, mul, type ToldSizes } from "./wire.ts"
import { wired } from "./wired.ts"

/** What a modulated network is made of. */
export interface Film {
  /** Hidden layers, and their width. */
  readonly layers: number
  readonly width: number
  readonly activation: Activation
  /** Numbers of a task's learned embedding. */
  readonly embedding: number
}

/**
 * A multilayer perceptron for the state, every hidden feature of which the task scales and shifts:
 *
 *     e = φ(E τ),   (Δγ_l, β_l) = A_l e + a_l,   γ_l = 1 + Δγ_l
 *     h_l = φ(γ_l ⊙ (W_l h_{l−1} + b_l) + β_l),   y = W h_L + b
 *
 * A_l and a_l start at 0: at first it is the multilayer perceptron that is told no task.
 *
 * - Parameters: with s inputs that are the state and m numbers of an embedding,
 *   m T + (s + 1) w + (L − 1)(w + 1) w + 2 L (m + 1) w + (w + 1) o.
 * - Source: Perez et al., arXiv:1709.07871; γ = 1 + Δγ as in its published code.
 */
export const film = (config: Film, sizes: ToldSizes): Network => {
  const { layers, width, activation, embedding } = config
  const phi = activations[activation]
  const { state, task } = inputWires(sizes)
  const e = phi(linear("_embedding", task, embedding, { bias: false, start: { norm: 1 } }))
  let h = state
  for (let l = 1; l <= layers; l++) {
    const modulation = linear(`_film${l}`, e, 2 * width, { start: "zero" })
    const gamma = add(columns(modulation, 0, width), 1)
    const beta = columns(modulation, width, width)
    h = phi(add(mul(gamma, linear(`${l}`, h, width)), beta))
  }
  return wired({
    id: "film",
    config: { ...config },
    ...sizes,
    output: linear(`${layers + 1}`, h, sizes.outputs, { start: "head" }),
    words: [
      ...new Array<string>(layers).fill(`${width} ${activation}`),
      `modulated by embeddings of ${embedding} of ${sizes.told.tasks} tasks`
    ],
    sized: (inputs, outputs) => film(config, { ...sizes, inputs, outputs })
  })
}
