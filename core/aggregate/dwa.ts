import type { Aggregator } from "./aggregator.ts"
import { softmax } from "./softmax.ts"

/** What DWA takes. */
export interface DwaConfig {
  /** T of the softmax: the larger, the more even the weights. */
  readonly temperature: number
}

/** That of the paper. */
export const dwaDefaults: DwaConfig = { temperature: 2 }

/**
 * DWA, dynamic weight average: tasks whose losses fell least weigh most.
 *
 *     w_k = K·exp(r_k/T) / Σ_i exp(r_i/T),   r_k = L_k(t − 1)/L_k(t − 2)
 *
 * L(t) is the mean loss over an epoch: here, an iteration of the training. Before two of them the weights are 1; of losses of which one
 * is not above 0, which is nothing to fall from, r is 1.
 *
 * - Shapes: the state `sums`, `before` (L(t − 1)), `earlier` (L(t − 2)) `[K]`; `epoch` `[3]`: the iteration summed, the losses in it, the
 *   iterations before.
 * - Source: Liu, Johns and Davison, arXiv:1803.10704.
 */
export const dwa = ({ temperature }: DwaConfig = dwaDefaults): Aggregator => ({
  id: "dwa",
  summary: "DWA: tasks whose losses fell least over the last iterations weigh most",
  version: "2",
  config: { temperature },
  claims: ["permutation-invariant", "identity"],
  by: "losses",
  first: (tasks) => ({
    sums: new Float64Array(tasks),
    before: new Float64Array(tasks),
    earlier: new Float64Array(tasks),
    epoch: new Float64Array(3)
  }),
  weigh: ({ tasks, losses, iteration }, state) => {
    const at = rolled(state, iteration, tasks)
    const rates = at.before.map((l, i) => (l > 0 && at.earlier[i]! > 0 ? l / at.earlier[i]! : 1))
    const even = at.epoch[2]! < 2
    const weights = even ? rates.fill(1) : softmax(rates.map((r) => r / temperature)).map((w) => tasks * w)
    const sums = at.sums.map((s, i) => s + losses[i]!)
    return { weights, state: { ...at, sums, epoch: Float64Array.of(iteration, at.epoch[1]! + 1, at.epoch[2]!) } }
  }
})

/** The state at the beginning of an iteration, if it is a new one. */
const rolled = (state: Readonly<Record<string, Float64Array>>, iteration: number, tasks: number) => {
  const zeros = () => new Float64Array(tasks)
  const { sums = zeros(), before = zeros(), earlier = zeros(), epoch = new Float64Array(3) } = state
  const [summed = 0, count = 0, past = 0] = epoch
  if (count === 0 || summed === iteration) return { sums, before, earlier, epoch }
  const mean = sums.map((s) => s / count)
  return { sums: zeros(), before: mean, earlier: before, epoch: Float64Array.of(iteration, 0, past + 1) }
}
