/** Two columns: what all tasks share, and a network of each task's own beside it. */
import { type Activation, layersFrom } from "./hidden.ts"
import type { Network } from "./network.ts"
import { add, inputWires, linear, mix, type ToldSizes } from "./wire.ts"
import { wired } from "./wired.ts"

/** What the columns are made of. */
export interface TwoColumn {
  /** Hidden layers of either, and the width of the shared one's. */
  readonly layers: number
  readonly width: number
  /** Width of a task's own hidden layers, or as wide as the shared ones. */
  readonly own: number | "width"
  readonly activation: Activation
}

/**
 * A multilayer perceptron of the state that all tasks share, to which each task adds one of its own.
 *
 *     y = h(s) + Σ_t τ_t f_t(s)
 *
 * Told no task, τ = 0, it is h alone: where y are logits, the policy that the tasks' policies are distilled into. The last layers of
 * f start at 0: at first every task has h.
 *
 * - Parameters: a multilayer perceptron of width w and T of width v, with s inputs that are the state: P(w) + T P(v), where
 *   P(n) = (s + 1) n + (L − 1)(n + 1) n + (n + 1) o.
 * - Source: Teh et al., arXiv:1707.04175, the two-column architecture. Differs: it weighs h by α and f by β, which the layers learn here.
 */
export const twoColumn = (config: TwoColumn, sizes: ToldSizes): Network => {
  const { layers, width, activation, own } = config
  const { state, task } = inputWires(sizes)
  const widths = new Array<number>(layers).fill(width)
  const ownWidths = new Array<number>(layers).fill(own === "width" ? width : own)
  const h = linear("_out", layersFrom(state, widths, activation), sizes.outputs, { start: "head" })
  const columns = Array.from({ length: sizes.told.tasks }, (_, t) =>
    linear(`_t${t + 1}.out`, layersFrom(state, ownWidths, activation, `_t${t + 1}.`), sizes.outputs, { start: "zero" })
  )
  return wired({
    id: "two-column",
    config: { ...config },
    ...sizes,
    output: add(h, mix(task, columns)),
    words: [
      ...widths.map((w) => `${w} ${activation}`),
      `beside ${ownWidths.join(", ")} for each of ${sizes.told.tasks} tasks`
    ],
    sized: (inputs, outputs) => twoColumn(config, { ...sizes, inputs, outputs })
  })
}
