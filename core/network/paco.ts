/** Parameter-compositional networks: every task's parameters are a combination of a few sets of them. */
import { type Activation, activations } from "./hidden.ts"
import type { Network } from "./network.ts"
import { inputWires, linear, type Start, type ToldSizes, type Wire, weigh } from "./wire.ts"
import { wired } from "./wired.ts"

/** What a parameter-compositional network is made of. */
export interface Paco {
  /** Hidden layers, and their width. */
  readonly layers: number
  readonly width: number
  readonly activation: Activation
  /** K, sets of parameters. */
  readonly sets: number
}

/**
 * A multilayer perceptron for the state, the parameters of which are the task's own:
 *
 *     θ_τ = Φ w_τ,   Φ = [φ_1, …, φ_K],   so in every layer   z = Σ_k w_τk (W_k h + b_k)
 *
 * A task that is alone with one set and w = 1 has the multilayer perceptron.
 *
 * - Shapes: `W_w` `[K, T]` holds every task's w_τ as a column; `W1`, `b1`, … hold the K sets of a layer one after another.
 * - First parameters: every set as a multilayer perceptron's; w_τ random directions, so that θ_τ is as large as one set.
 * - Parameters: K T + K ((s + 1) w + (L − 1)(w + 1) w + (w + 1) o), s inputs being the state.
 * - Source: Sun et al., arXiv:2210.11653, θ_τ = Φ w_τ. Its loss mask-out and reset are SAC's `maxTaskLoss` and `resetTasks`.
 */
export const paco = (config: Paco, sizes: ToldSizes): Network => {
  const { layers, width, activation, sets } = config
  const { state, task } = inputWires(sizes)
  const w = linear("_w", task, sets, { bias: false, start: { norm: 1 } })
  const composed = (name: number, h: Wire, outputs: number, start: Start): Wire =>
    weigh(w, linear(`${name}`, h, sets * outputs, { parts: sets, start }))
  let h = state
  for (let l = 1; l <= layers; l++) h = activations[activation](composed(l, h, width, Math.SQRT2))
  return wired({
    id: "paco",
    config: { ...config },
    ...sizes,
    output: composed(layers + 1, h, sizes.outputs, "head"),
    words: [
      ...new Array<string>(layers).fill(`${width} ${activation}`),
      `composed of ${sets} sets for ${sizes.told.tasks} tasks`
    ],
    sized: (inputs, outputs) => paco(config, { ...sizes, inputs, outputs })
  })
}
