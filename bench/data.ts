/** Data that both sides of a comparison read: drawn here from a seed, handed over as NumPy files. */
import { Effect, FileSystem } from "effect"
import { type Key, normal, permutation, random, type Stream, stream } from "../core/random/mod.ts"
import { type NumberArray, writeNpy } from "../plugins/io/matrix/mod.ts"
import { benchFailed } from "./suite.ts"

/** A folder for one suite's data, removed when the suite ends. */
export const folder = Effect.fn("bench.folder")(
  function* () {
    return yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped({ prefix: "bench-" })
  },
  Effect.mapError((error) => unwritable(error.message))
)

/** Writes `data` as `folder/name.npy` and gives the path. Shapes: the product of `shape` is the length of `data`. */
export const save = Effect.fn("bench.save")(
  function* (into: string, name: string, data: NumberArray, shape: readonly number[]) {
    const path = `${into}/${name}.npy`
    yield* (yield* FileSystem.FileSystem).writeFile(path, writeNpy(data, shape))
    return path
  },
  Effect.mapError((error) => unwritable(error.message))
)

/** Weighted, labelled rows of several tasks, and the subsets of tasks to fit. */
export interface LogisticData {
  readonly tasks: number
  readonly rowsPerTask: number
  readonly d: number
  /** [tasks * rowsPerTask, d] */
  readonly features: Float32Array
  /** ±1 */
  readonly labels: Float64Array
  readonly weights: Float64Array
  readonly subsets: readonly (readonly number[])[]
}

/**
 * Rows that look like projected gradients of a small policy: their spectrum falls off fast, so that the fits are as
 * badly conditioned as the real ones, and each task leans another way.
 *
 *     g = Σ_j (j + 1)^−1 z_j b_j + 0.02 ε,   z, ε ~ N(0, 1),   P(y = 1) = σ(5 g·θ_task),   w = |N(0, 1)|
 */
export const logisticData = (
  seed: Key,
  size: { readonly tasks: number; readonly rowsPerTask: number; readonly d: number; readonly subsets: number }
): LogisticData => {
  const s = stream(seed)
  const { tasks, rowsPerTask, d } = size
  const rank = 64
  const basis = normals(s, rank * d).map((x, i) => x / (1 + Math.floor(i / d)) / Math.sqrt(d))
  const rows = tasks * rowsPerTask
  const [features, labels] = [new Float32Array(rows * d), new Float64Array(rows)]
  for (let row = 0; row < rows; row++) {
    const g = features.subarray(row * d, (row + 1) * d)
    for (let j = 0; j < rank; j++) axpy(normal(s, 0, 1), basis.subarray(j * d, (j + 1) * d), g)
    for (let c = 0; c < d; c++) g[c] = g[c]! + normal(s, 0, 0.02 / Math.sqrt(d))
  }
  for (let task = 0; task < tasks; task++) {
    const lean = normals(s, d)
    for (let row = task * rowsPerTask; row < (task + 1) * rowsPerTask; row++) {
      const g = features.subarray(row * d, (row + 1) * d)
      const margin = 5 * g.reduce((sum, x, c) => sum + x * lean[c]!, 0)
      labels[row] = random(s) < 1 / (1 + Math.exp(-margin)) ? 1 : -1
    }
  }
  const weights = normals(s, rows).map(Math.abs)
  const subsets = Array.from({ length: size.subsets }, () => [...permutation(s, tasks).subarray(0, tasks >> 1)].sort())
  return { tasks, rowsPerTask, d, features, labels, weights, subsets }
}

/** An affinity of `n` tasks in `groups` planted groups with Gaussian noise, symmetric. Shapes: [n, n]. */
export const plantedAffinity = (seed: Key, n: number, groups: number, noise: number): Float64Array => {
  const s = stream(seed)
  const u = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) u[i * n + j] = u[j * n + i] = (i % groups === j % groups ? 1 : 0) + normal(s, 0, noise)
  }
  return u
}

const normals = (s: Stream, count: number): Float64Array => new Float64Array(count).map(() => normal(s, 0, 1))

const axpy = (a: number, x: Float64Array, y: Float32Array): void => {
  for (let i = 0; i < x.length; i++) y[i] = y[i]! + a * x[i]!
}

const unwritable = (got: string) =>
  benchFailed({ doing: "write the data both sides read", want: "a folder for temporary files", got })
