/** PaCo's reset: a task whose loss exploded gets its part of every network anew, from the other tasks'. */
import type { Layout } from "../../core/network/mod.ts"
import {
  add,
  concat,
  constant,
  div,
  less,
  matmul,
  max,
  mul,
  program,
  reshape,
  slice,
  sub,
  sum,
  type Tensor
} from "../../core/program/mod.ts"
import type { Networks } from "./mathematics.ts"

/** Where a network of `paco` has every task's w_τ, as a column. */
const COMPOSITION = "W_w"

/** Less than any sum of draws. */
const TINY = 1e-30

/**
 * Policy and critics with every lost task's composition a convex combination of those of the tasks that are within the limit.
 *
 *     w_j ← Σ_i β_ij w_i,   β_ij = u_ij/Σ_i u_ij,   u uniform; i within, j not
 *
 * Where no task is within, nothing is reset. The optimiser's state stays, and target critics follow as after any step.
 *
 * - Shapes: `within` `[T]`, 1 or 0; `mixing` `[T, T]`, u; `places` are the tasks' among those that the policy can be told.
 * - Source: Sun et al., arXiv:2210.11653; how β is drawn, and what stays, from the authors' code (TToTMooN/paco-mtrl). Differs: there
 *   actor and critics share one w_τ, here each network has its own.
 */
export const resetProgram = ({ policy, actionKind, twins }: Networks, places: readonly number[]) => {
  const tasks = places.length
  const shapes = { policy: [policy.size], value: [twins.size], within: [tasks], mixing: [tasks, tasks] }
  return program("sac.reset", shapes, ({ policy: theta, value, within, mixing }) => {
    const u = mul(mixing, reshape(within, [tasks, 1]))
    const total = sum(u, { axes: [0] })
    const lost = mul(sub(1, within), less(0, total))
    const beta = mul(div(u, max(total, TINY)), lost)
    const critic = (name: "q1" | "q2"): Tensor =>
      recomposed(actionKind.critic.layout, twins.view(value, name), places, { lost, beta })
    return {
      policy: recomposed(policy.network.layout, theta, places, { lost, beta }),
      value: concat([critic("q1"), critic("q2")], 0)
    }
  })
}

/** A vector that begins with a network, its compositions of the lost tasks those of β. */
const recomposed = (
  { blocks }: Layout,
  theta: Tensor,
  places: readonly number[],
  { lost, beta }: Readonly<Record<"lost" | "beta", Tensor>>
): Tensor => {
  const block = blocks.find(({ name }) => name === COMPOSITION)
  if (block === undefined) return theta
  const [tasks, end] = [places.length, block.offset + block.size]
  const [sets = 0, all = 0] = block.shape
  const w = reshape(slice(theta, [block.offset], [block.size]), [sets, all])
  const among = constant(
    places.flatMap((place) => Array.from({ length: all }, (_, at) => (at === place ? 1 : 0))),
    [tasks, all]
  )
  const kept = sub(1, matmul(reshape(lost, [1, tasks]), among))
  const anew = matmul(matmul(matmul(w, among, { transposeB: true }), beta), among)
  return concat(
    [
      slice(theta, [0], [block.offset]),
      reshape(add(mul(w, kept), anew), [block.size]),
      slice(theta, [end], [(theta.shape[0] ?? 0) - end])
    ],
    0
  )
}
