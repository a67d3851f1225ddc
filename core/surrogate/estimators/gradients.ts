/** Policy gradients of several tasks at one θ★, in independent parts: signal and noise of what an update would do. */

/** Block means of Â_t·∇log π(a_t|s_t), and how much each stands for. */
export interface TaskGradients {
  /** n. */
  readonly tasks: number
  /** B: independent parts of each task's transitions, of equal size. */
  readonly blocks: number
  /** p: parameters, or numbers after a projection that keeps inner products. */
  readonly size: number
  /** M_i: transitions of each task, all blocks together. */
  readonly transitions: readonly number[]
  /** `[n, B, p]`. */
  readonly values: Float32Array | Float64Array
}

/** Means and variances over blocks. */
interface BlockMoments {
  readonly tasks: number
  readonly size: number
  /** M_i, of each task. */
  readonly transitions: readonly number[]
  /** g_i, `[n, p]`. */
  readonly mean: Float64Array
  /** Cov_ii of a single transition by coordinate, as far as it is autocorrelated within blocks too: `[n, p]`. */
  readonly variance: Float64Array
}

/** The same with all inner products, less what their own noise adds, and the noise. */
export interface GradientMoments extends BlockMoments {
  /** g_i · g_j, `[n, n]`; on the diagonal ‖g_i‖² − tr Cov_i/M_i, without a bias. */
  readonly products: Float64Array
  /** tr Cov_i of one transition, `[n]`. */
  readonly noise: Float64Array
}

/**
 * The mean gradient of each task, and the variance of one transition's part in it.
 *
 *     g_i = mean_b ḡ_ib,    v_i = (M_i/B) · 1/(B − 1) Σ_b (ḡ_ib − g_i)²
 *
 * Taken over independent blocks, v_i counts that steps of an episode resemble each other: M_i transitions tell as much as the
 * variance v_i/M_i of their mean says, not as M_i independent ones would.
 *
 * - Shapes: `mean` and `variance` `[n, p]`, `products` `[n, n]`, `noise` `[n]`. With one block variances are 0.
 */
export const gradientMoments = (g: TaskGradients): GradientMoments => momentsOf(g, allBlocks(g))

/** g_i of each task. */
export const meanGradients = ({ tasks, size, mean }: GradientMoments): readonly Float64Array[] =>
  Array.from({ length: tasks }, (_, i) => mean.slice(i * size, (i + 1) * size))

/** How often each block counts, `[B]` a task; a bootstrap repeats some and leaves others out. */
export type BlockCounts = readonly Int32Array[]

/** Each block once. */
const allBlocks = ({ tasks, blocks }: Pick<TaskGradients, "tasks" | "blocks">): BlockCounts =>
  Array.from({ length: tasks }, () => new Int32Array(blocks).fill(1))

/** The same with blocks that count more or less often, B in all: a draw of the block bootstrap. */
export const momentsOf = (
  { tasks, blocks, size, transitions, values }: TaskGradients,
  counts: BlockCounts
): GradientMoments => {
  const mean = new Float64Array(tasks * size)
  const variance = new Float64Array(tasks * size)
  for (let i = 0; i < tasks; i++) {
    const at = i * size
    const scale = blocks < 2 ? 0 : transitions[i]! / (blocks * (blocks - 1))
    for (let b = 0; b < blocks; b++) {
      const count = counts[i]![b]!
      if (count > 0) addBlock(values, (i * blocks + b) * size, { mean, variance, at, size, count })
    }
    for (let c = at; c < at + size; c++) {
      const m = mean[c]! / blocks
      mean[c] = m
      variance[c] = scale * Math.max(0, variance[c]! - blocks * m * m)
    }
  }
  return withProducts({ tasks, size, transitions, mean, variance })
}

/** Adds a block's values and their squares, `count` times. */
const addBlock = (
  values: Float32Array | Float64Array,
  from: number,
  { mean, variance, at, size, count }: Pick<BlockMoments, "mean" | "variance" | "size"> & { at: number; count: number }
): void => {
  for (let c = 0; c < size; c++) {
    const x = values[from + c]!
    mean[at + c]! += count * x
    variance[at + c]! += count * x * x
  }
}

/** Takes all inner products. */
export const withProducts = (moments: BlockMoments): GradientMoments => {
  const { tasks: n, size, transitions, mean, variance } = moments
  const products = new Float64Array(n * n)
  const noise = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let own = 0
    for (let c = i * size; c < (i + 1) * size; c++) own += variance[c]!
    noise[i] = own
    for (let j = 0; j <= i; j++) {
      let dot = 0
      for (let c = 0; c < size; c++) dot += mean[i * size + c]! * mean[j * size + c]!
      products[i * n + j] = products[j * n + i] = i === j ? dot - own / transitions[i]! : dot
    }
  }
  return { ...moments, products, noise }
}
