/** Every architecture that is told its task: what its tests run over. */
import {
  care,
  embeddedMlp,
  film,
  mixture,
  moore,
  multiHead,
  type Network,
  paco,
  softModules,
  type ToldSizes,
  twoColumn
} from "../../../core/network/mod.ts"

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
  /** What blocks of task t alone have in their names, where there are such. */
  readonly named?: (task: number) => string
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
  "mlp with embeddings and layer normalisation": {
    make: (c, sizes) =>
      embeddedMlp({ activation: c.activation, hidden: widths(c), embedding: EMBEDDING, layerNorm: true }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const n = inputs - tasks + EMBEDDING
      return EMBEDDING * tasks + hidden(n, c) + 2 * c.layers * c.width + (lastOf(n, c) + 1) * o
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
  "soft-modules": {
    make: (c, sizes) => softModules({ ...c, modules: 2, embedding: 5, routing: 4 }, sizes),
    parameters: ({ layers: l, width: w }, { inputs, outputs: o, told: { tasks } }) => {
      const [n, d, r, s] = [2, 5, 4, inputs - tasks]
      const embeddings = (s + 1) * d + (d + 1) * d + (tasks + 1) * d + (d + 1) * r + (r + 1) * r
      const before = (l * (l - 1)) / 2
      const routes = (l - 1) * (r + 1) * n ** 2 + (r + 1) * n + (before * n ** 2 + l - 1) * r
      return embeddings + routes + n * (d + 1) * w + (l - 1) * n * (w + 1) * w + (w + 1) * o
    },
    byTask: () => ({ W_z: "columns" })
  },
  paco: {
    make: (c, sizes) => paco({ ...c, sets: 3 }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const s = inputs - tasks
      return 3 * tasks + 3 * (hidden(s, c) + (lastOf(s, c) + 1) * o)
    },
    byTask: () => ({ W_w: "columns" })
  },
  care: {
    make: (c, sizes) => care({ ...c, experts: 3, embedding: EMBEDDING, encoderLayers: 2, encoderWidth: 4 }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const [k, m, s] = [3, EMBEDDING, inputs - tasks]
      const network = (n: number, outputs: number) => (n + 1) * 4 + (4 + 1) * 4 + (4 + 1) * outputs
      const encoders = m * tasks + network(m, m) + network(m, k) + k * network(s, m)
      return encoders + hidden(2 * m, c) + (lastOf(2 * m, c) + 1) * o
    },
    byTask: () => ({ W_embedding: "columns" })
  },
  "care with given vectors": {
    make: (c, sizes) => {
      const contexts = new Array<readonly number[]>(sizes.told.tasks).fill([0.3, -0.2, 0.5])
      const options = { experts: 2, embedding: EMBEDDING, encoderLayers: 1, encoderWidth: 4, contexts }
      return care({ ...c, ...options }, sizes)
    },
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const [k, m, s] = [2, EMBEDDING, inputs - tasks]
      const network = (n: number, outputs: number) => (n + 1) * 4 + (4 + 1) * outputs
      return network(m, m) + network(m, k) + k * network(s, m) + hidden(2 * m, c) + (lastOf(2 * m, c) + 1) * o
    },
    byTask: () => ({})
  },
  mixture: {
    make: (c, sizes) => mixture({ ...c, experts: 3 }, sizes),
    parameters: (c, { inputs: i, outputs: o, told: { tasks } }) =>
      (i + 1) * 3 + 3 * hidden(i - tasks, c) + (c.width + 1) * o,
    byTask: () => ({ W_gate: "inputs" })
  },
  moore: {
    make: (c, sizes) => moore({ ...c, experts: 3 }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) =>
      3 * tasks + 3 * hidden(inputs - tasks, c) + tasks * (c.width + 1) * o,
    byTask: () => ({ W_w: "columns", W_heads: "rows", b_heads: "rows" })
  },
  film: {
    make: (c, sizes) => film({ ...c, embedding: EMBEDDING }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const [m, s] = [EMBEDDING, inputs - tasks]
      return hidden(s, c) + (lastOf(s, c) + 1) * o + (c.layers === 0 ? 0 : m * tasks + 2 * c.layers * (m + 1) * c.width)
    },
    byTask: () => ({ W_embedding: "columns" })
  },
  "two-column": {
    make: (c, sizes) => twoColumn({ ...c, own: 3 }, sizes),
    parameters: (c, { inputs, outputs: o, told: { tasks } }) => {
      const s = inputs - tasks
      const column = (width: number): number => hidden(s, { ...c, width }) + (width + 1) * o
      return column(c.width) + tasks * column(3)
    },
    byTask: () => ({}),
    named: (t) => `_t${t + 1}.`
  }
}
