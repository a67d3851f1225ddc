/** A mixture of orthogonal experts. */
import { type Activation, layersFrom } from "./hidden.ts"
import { heads } from "./multi_head.ts"
import type { Network } from "./network.ts"
import { add, div, inputWires, linear, mix, mul, sqrt, sub, type ToldSizes, tanh, type Wire, weigh } from "./wire.ts"
import { wired } from "./wired.ts"

/** What a mixture of orthogonal experts is made of. */
export interface Moore {
  /** Layers of an expert, the last of them linear, and their width. */
  readonly layers: number
  readonly width: number
  readonly activation: Activation
  /** k, at most as many as `width`. */
  readonly experts: number
}

/**
 * Representations of the state by several experts, made orthogonal, of which every task takes its own combination:
 *
 *     U_s = [E_1(s), …, E_k(s)],   V_s = GS(U_s),   v = tanh(V_s w_τ),   y = W_τ v + b_τ
 *
 * - Parameters: k T + k ((s + 1) w + (L − 1)(w + 1) w) + T (w + 1) o, s inputs being the state.
 * - Source: Hendawy et al., arXiv:2311.11385, with the tanh and the heads of its Meta-World experiments.
 */
export const moore = (config: Moore, sizes: ToldSizes): Network => {
  const { layers, width, activation, experts } = config
  const { state, task } = inputWires(sizes)
  const widths = new Array<number>(layers - 1).fill(width)
  const u = Array.from({ length: experts }, (_, k) =>
    linear(`_e${k + 1}.${layers}`, layersFrom(state, widths, activation, `_e${k + 1}.`), width)
  )
  const w = linear("_w", task, experts, { bias: false, start: { norm: 1 } })
  const v = tanh(mix(w, gramSchmidt(u)))
  return wired({
    id: "moore",
    config: { ...config },
    ...sizes,
    output: heads(task, v, sizes.outputs),
    words: [
      `${experts} orthogonal experts of ${layers} layers of ${width} ${activation}`,
      `combined for ${sizes.told.tasks} tasks`,
      `${sizes.told.tasks} heads`
    ],
    sized: (inputs, outputs) => moore(config, { ...sizes, inputs, outputs })
  })
}

/**
 * Vectors of norm 1 at right angles, each in the span of the given ones up to its own:
 *
 *     w_i = u_i − Σ_{j<i} (u_i · v_j) v_j,   v_i = w_i / ‖w_i‖
 *
 * - Source: Gram-Schmidt.
 */
export const gramSchmidt = (u: readonly Wire[]): readonly Wire[] => {
  const v: Wire[] = []
  for (const one of u) {
    const along = v.map((other) => mul(other, weigh(one, other)))
    v.push(unit(along.reduce(sub, one)))
  }
  return v
}

/** The vector of norm 1 in this direction; the square of a norm below 1e-8 counts as that, so that 0 has a derivative. */
const unit = (x: Wire): Wire => div(x, sqrt(add(weigh(x, x), LEAST ** 2)))

const LEAST = 1e-8
