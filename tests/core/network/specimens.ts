/** Every architecture that is told its task: what its tests run over. */
import { embeddedMlp, film, multiHead, type Network, type ToldSizes } from "../../../core/network/mod.ts"

/** Sizes that all have. */
export interface Common {
  readonly layers: number
  readonly width: number
  readonly activation: "tanh" | "relu"
}

/** One architecture, with settings as small as tests can do with. */
export interface Specimen {
  readonly make: (common: Common, sizes: ToldSizes) => Network
  /** How many parameters its docstring promises. */
  readonly parameters: (common: Common, sizes: ToldSizes) => number
  /** Blocks that have a part for each task: as many rows each, a column each, or a column where the inputs tell it. */
  readonly byTask: (common: Common) => Readonly<Record<string, "rows" | "columns" | "inputs">>
}

/** Hidden layers from i inputs: (i + 1) w + (L − 1) (w + 1) w. */
const hidden = (i: number, { layers, width: w }: Common): number =>
  layers === 0 ? 0 : (i + 1) * w + (layers - 1) * (w + 1) * w

/** What goes into a last layer. */
const lastOf = (i: number, { layers, width }: Common): number => (layers === 0 ? i : width)

export const EMBEDDING = 3

const widths = ({ layers, width }: Common): number[] => new Array<number>(layers).fill(width)

export const specimens: Readonly<Record<string, Specimen>> = {
  "mlp with embeddings": {
    make: (c, sizes) => embeddedMlp({ activation: c.activation, hidden: widths(c), embedding: EMBEDDING }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const n = inputs - tasks + EMBEDDING
      return EMBEDDING * tasks + hidden(n, c) + (lastOf(n, c) + 1) * o
    },
    byTask: () => ({ W_embedding: "columns" })
  },
  "multi-head": {
    make: multiHead,
    parameters: (c, { inputs: i, outputs: o, told: { tasks } }) => hidden(i, c) + tasks * (lastOf(i, c) + 1) * o,
    byTask: ({ layers }) => ({
      W_heads: "rows",
      b_heads: "rows",
      ...(layers === 0 ? {} : { W1: "inputs" })
    })
  },
  film: {
    make: (c, sizes) => film({ ...c, embedding: EMBEDDING }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const [m, s] = [EMBEDDING, inputs - tasks]
      return hidden(s, c) + (lastOf(s, c) + 1) * o + (c.layers === 0 ? 0 : m * tasks + 2 * c.layers * (m + 1) * c.width)
    },
    byTask: () => ({ W_embedding: "columns" })
  }
}
