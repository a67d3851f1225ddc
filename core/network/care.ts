/** Contextual attention-based representations: encoders of the state, which attention to the task weighs. */
import { type Activation, activations, layersFrom } from "./hidden.ts"
import type { Network } from "./network.ts"
import { add, columns, concat, inputWires, linear, mix, softmax, type ToldSizes, table, type Wire } from "./wire.ts"
import { wired } from "./wired.ts"

/** What such a network is made of. */
export interface Care {
  /** Hidden layers behind the encoders, and their width. */
  readonly layers: number
  readonly width: number
  readonly activation: Activation
  /** k, encoders of the state. */
  readonly experts: number
  /** m, numbers of the context and of an encoding. */
  readonly embedding: number
  /** Hidden layers of every encoder, of the context's and of the attention's network, and their width. */
  readonly encoderLayers: number
  readonly encoderWidth: number
  /** Of every task: a vector of m numbers that stays, or nothing where it is to be learned; all are, where there are none. */
  readonly contexts?: readonly (readonly number[] | undefined)[]
}

/**
 * The state in k encodings, of which the task's context takes a weighted mean:
 *
 *     e = φ(E τ), or D τ,   z_context = MLP(e),   α = softmax(MLP(z_context)),   z_enc = Σ_k α_k MLP_k(s),   y = MLP([z_enc, z_context])
 *
 * - Parameters: with M(n, m) = (n + 1) c + (C − 1)(c + 1) c + (c + 1) m of a network of C hidden layers of width c,
 *   m T (without the tasks whose vector stays) + M(m, m) + M(m, k) + k M(s, m) + (2m + 1) w + (L − 1)(w + 1) w + (w + 1) o.
 * - Source: Sodhani et al., arXiv:2102.06177; attention is to the context alone, as in its published code. Differs: D may
 *   be of any origin, where the paper has a language model's vectors of the tasks' descriptions.
 */
export const care = (config: Care, sizes: ToldSizes): Network => {
  const { layers, width, activation, experts, embedding, encoderLayers, encoderWidth, contexts = [] } = config
  const { state, task } = inputWires(sizes)
  const encoder = new Array<number>(encoderLayers).fill(encoderWidth)
  const network = (name: string, x: Wire, outputs: number): Wire =>
    linear(`${name}${encoderLayers + 1}`, layersFrom(x, encoder, activation, name), outputs)
  const context = network("_context", taskVector(config, task), embedding)
  const alpha = softmax(network("_attention", context, experts))
  const encodings = Array.from({ length: experts }, (_, k) => network(`_e${k + 1}.`, state, embedding))
  const encoded = concat([mix(alpha, encodings), context])
  const h = layersFrom(encoded, new Array<number>(layers).fill(width), activation)
  return wired({
    id: "care",
    config: { ...config },
    ...sizes,
    output: linear(`${layers + 1}`, h, sizes.outputs, { start: "head" }),
    words: [
      `${experts} encoders of ${encoderLayers} x ${encoderWidth} ${activation} to ${embedding}`,
      `attended by ${sizes.told.tasks} tasks, ${contexts.filter((c) => c !== undefined).length} of them by a given vector`,
      ...new Array<string>(layers).fill(`${width} ${activation}`)
    ],
    sized: (inputs, outputs) => care(config, { ...sizes, inputs, outputs })
  })
}

/** φ(E τ) + D τ, where E has the tasks whose vector is learned and D the others. */
const taskVector = ({ embedding, activation, contexts = [] }: Care, task: Wire): Wire => {
  const places = Array.from({ length: task.width }, (_, t) => t)
  const open = places.filter((t) => contexts[t] === undefined)
  const given = table(
    task,
    places.flatMap((t) => contexts[t] ?? new Array<number>(embedding).fill(0))
  )
  if (open.length === 0) return given
  const told = open.length === task.width ? task : concat(open.map((t) => columns(task, t, 1)))
  const e = activations[activation](linear("_embedding", told, embedding, { bias: false, start: { norm: 1 } }))
  return open.length === task.width ? e : add(e, given)
}
