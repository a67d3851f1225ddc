/** A mixture of experts, which state and task weigh. */
import { type Activation, layersFrom } from "./hidden.ts"
import type { Network } from "./network.ts"
import { inputWires, linear, mix, softmax, type ToldSizes } from "./wire.ts"
import { wired } from "./wired.ts"

/** What a mixture is made of. */
export interface Mixture {
  /** Hidden layers of an expert, and their width. */
  readonly layers: number
  readonly width: number
  readonly activation: Activation
  readonly experts: number
}

/**
 * What several networks make of the state, by weights that are positive and sum to 1; every expert counts a little for
 * everything.
 *
 *     α = softmax(W_g [s, τ] + b_g),   h = Σ_k α_k E_k(s),   y = W h + b
 *
 * With one expert it is the multilayer perceptron that is told no task.
 *
 * - Parameters: (i + 1) K of the gate, with i inputs; K ((s + 1) w + (L − 1)(w + 1) w), s of them the state; (w + 1) o.
 * - Source: Jacobs et al. 1991, "Adaptive mixtures of local experts", in the form of Shazeer et al., arXiv:1701.06538,
 *   with hidden layers for experts.
 */
export const mixture = (config: Mixture, sizes: ToldSizes): Network => {
  const { layers, width, activation, experts } = config
  const { all, state } = inputWires(sizes)
  const alpha = softmax(linear("_gate", all, experts, { start: GATE_GAIN }))
  const widths = new Array<number>(layers).fill(width)
  const computed = Array.from({ length: experts }, (_, k) => layersFrom(state, widths, activation, `_e${k + 1}.`))
  return wired({
    id: "mixture",
    config: { ...config },
    ...sizes,
    output: linear("_out", mix(alpha, computed), sizes.outputs, { start: "head" }),
    words: [
      `${experts} experts of ${widths.map((w) => `${w} ${activation}`).join(", ")}`,
      `gated by ${sizes.told.tasks} tasks`
    ],
    sized: (inputs, outputs) => mixture(config, { ...sizes, inputs, outputs })
  })
}

/** At first all experts count about equally. */
const GATE_GAIN = 0.01
