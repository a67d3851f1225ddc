/** A shared trunk with a head for each task. */
import { type Activation, layersFrom } from "./hidden.ts"
import type { Network } from "./network.ts"
import { inputWires, linear, type ToldSizes, type Wire, weigh } from "./wire.ts"
import { wired } from "./wired.ts"

/** What a multi-head network is made of. */
export interface MultiHead {
  /** Hidden layers of the trunk, and their width. */
  readonly layers: number
  readonly width: number
  readonly activation: Activation
}

/**
 * Every task's outputs from its own last layer; with the one-hot τ of the task
 *
 *     h = trunk([s, τ]),   y = Σ_t τ_t (W_t h + b_t)
 *
 * With one task it is the multilayer perceptron.
 *
 * - Parameters: those of the trunk, i inputs (the one-hot among them) wide, and (w + 1) o of each of T heads of o outputs:
 *   (i + 1) w + (L − 1) (w + 1) w + T (w + 1) o.
 * - Source: Yu et al., arXiv:1910.10897, multi-task multi-head SAC. As in the public benchmarks of it the trunk is told the task too.
 */
export const multiHead = (config: MultiHead, sizes: ToldSizes): Network => {
  const { layers, width, activation } = config
  const { all, task } = inputWires(sizes)
  const h = layersFrom(all, new Array<number>(layers).fill(width), activation)
  return wired({
    id: "multi-head",
    config: { ...config },
    ...sizes,
    output: heads(task, h, sizes.outputs),
    words: [...new Array<string>(layers).fill(`${width} ${activation}`), `${sizes.told.tasks} heads`],
    sized: (inputs, outputs) => multiHead(config, { ...sizes, inputs, outputs })
  })
}

/** Σ_t τ_t (W_t h + b_t). */
export const heads = (task: Wire, h: Wire, outputs: number): Wire =>
  weigh(task, linear("_heads", h, task.width * outputs, { parts: task.width, start: "head" }))
