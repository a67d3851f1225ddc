/** Soft modularization: a base network of modules, and a network that routes between them by state and task. */
import { type Activation, activations } from "./hidden.ts"
import type { Network } from "./network.ts"
import { columns, concat, inputWires, linear, mix, mul, softmax, type ToldSizes, type Wire } from "./wire.ts"
import { wired } from "./wired.ts"

/** What a network of soft modules is made of. */
export interface SoftModules {
  /** L, layers of modules, and the width of a module. */
  readonly layers: number
  readonly width: number
  readonly activation: Activation
  /** n, modules in a layer. */
  readonly modules: number
  /** D, numbers of the embeddings of state and task. */
  readonly embedding: number
  /** Width of the routing network. */
  readonly routing: number
}

/**
 * The inputs of every module are mixtures of what all modules of the layer before it computed; the weights of the mixtures, which
 * are positive and sum to 1, come from the state s and the one-hot τ of the task:
 *
 *     f = W_f2 φ(W_f1 s),   z = W_z τ,   g = W_g2 φ(W_g1 φ(f ⊙ z))
 *     p^1 = softmax(W_d^1 φ(g)),   p^l = softmax(W_d^l φ(W_u^l [p^1, …, p^{l−1}] ⊙ g))        of every row i of n × n
 *     h^1_i = φ(f),   h^{l+1}_i = φ(Σ_j p^l_ij (W^l_j h^l_j)),   y = W φ(Σ_j p^L_j (W^L_j h^L_j))
 *
 * All maps have biases. p^L has one row of n, as only one mixture is needed.
 *
 * - Parameters: with s inputs that are the state, T tasks, widths w of modules and R of routing, and D:
 *   (s + 1) D + (D + 1) D + (T + 1) D + (D + 1) R + (R + 1) R   of f, z and g,
 *   (L − 1)(R + 1) n² + (R + 1) n + Σ_{l=2…L} ((l − 1) n² + 1) R   of the routing,
 *   n (D + 1) w + (L − 1) n (w + 1) w + (w + 1) o   of modules and head.
 * - Source: Yang et al., arXiv:2003.13661. Differs, as its published code does: g is of two more layers, p^l
 *   depends on all p before it, φ is applied to mixtures and not to what is mixed, and the last layer is mixed too.
 */
export const softModules = (config: SoftModules, sizes: ToldSizes): Network => {
  const { layers, width, activation, modules: n, embedding, routing } = config
  const phi = activations[activation]
  const { state, task } = inputWires(sizes)
  const f = linear("_f2", phi(linear("_f1", state, embedding)), embedding)
  // Of the size of 1, so that f ⊙ z is as large as f.
  const z = linear("_z", task, embedding, { start: { norm: Math.sqrt(embedding) } })
  const g = linear("_g2", phi(linear("_g1", phi(mul(f, z)), routing)), routing)
  const p: Wire[] = []
  let h: readonly Wire[] = new Array<Wire>(n).fill(phi(f))
  for (let l = 1; l <= layers; l++) {
    const mixtures = l === layers ? 1 : n
    const u = l === 1 ? g : mul(linear(`_u${l}`, concat(p), routing), g)
    const weights = softmax(linear(`_d${l}`, phi(u), mixtures * n, { start: ROUTING_GAIN }), mixtures)
    const computed = h.map((x, j) => linear(`_m${l}.${j + 1}`, x, width))
    h = Array.from({ length: mixtures }, (_, i) => phi(mix(columns(weights, i * n, n), computed)))
    p.push(weights)
  }
  return wired({
    id: "soft-modules",
    config: { ...config },
    ...sizes,
    output: linear("_out", h[0] ?? f, sizes.outputs, { start: "head" }),
    words: [
      `${layers} layers of ${n} modules of ${width} ${activation}`,
      `routed by ${routing} from embeddings of ${embedding} of state and ${sizes.told.tasks} tasks`
    ],
    sized: (inputs, outputs) => softModules(config, { ...sizes, inputs, outputs })
  })
}

/** At first all routes are about equally taken. */
const ROUTING_GAIN = 0.01
