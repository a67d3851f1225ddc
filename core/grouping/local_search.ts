/**
 * Improves a partition by moving single tasks and exchanging pairs until neither helps, in place.
 *
 *     Σ_c s_c/m_c → max,    s_c = v_cᵀ U v_c,    m_c = v_cᵀ v_c
 *
 * With r_ic = Σ_{j in c} U_ij, moving i out of a leaves s_a − 2 r_ia + U_ii, so each trial costs O(1) and each accepted one
 * O(n). No group becomes empty. Deterministic: tasks in order, the best group for each, first groups winning ties.
 *
 * - Shapes: `u` `[n, n]` row-major, symmetric; `labels` `[n]` in 0 … k − 1, every group present.
 */
export const improvePartition = (n: number, u: Float64Array, labels: Int32Array, k: number): void => {
  if (k === 1 || k === n) return
  const inside = new Float64Array(k)
  const size = new Float64Array(k)
  const reach = new Float64Array(n * k)
  let largest = 0
  for (let i = 0; i < n; i++) {
    size[labels[i]!] = size[labels[i]!]! + 1
    for (let j = 0; j < n; j++) {
      const at = i * k + labels[j]!
      reach[at] = reach[at]! + u[i * n + j]!
      largest = Math.max(largest, Math.abs(u[i * n + j]!))
    }
  }
  for (let i = 0; i < n; i++) inside[labels[i]!] = inside[labels[i]!]! + reach[i * k + labels[i]!]!
  // Gains below rounding would let two equal partitions follow each other for ever.
  const least = 1e-12 * n * largest
  const relabel = (i: number, to: number): void => {
    const from = labels[i]!
    const self = u[i * n + i]!
    inside[from] = inside[from]! - 2 * reach[i * k + from]! + self
    inside[to] = inside[to]! + 2 * reach[i * k + to]! + self
    size[from] = size[from]! - 1
    size[to] = size[to]! + 1
    labels[i] = to
    for (let j = 0; j < n; j++) {
      reach[j * k + from] = reach[j * k + from]! - u[j * n + i]!
      reach[j * k + to] = reach[j * k + to]! + u[j * n + i]!
    }
  }
  const moves = (): boolean => {
    let moved = false
    for (let i = 0; i < n; i++) {
      const a = labels[i]!
      if (size[a] === 1) continue
      const self = u[i * n + i]!
      const leaving = (inside[a]! - 2 * reach[i * k + a]! + self) / (size[a]! - 1) - inside[a]! / size[a]!
      let best = least
      let to = -1
      for (let b = 0; b < k; b++) {
        if (b === a) continue
        const gain = leaving + (inside[b]! + 2 * reach[i * k + b]! + self) / (size[b]! + 1) - inside[b]! / size[b]!
        if (gain > best) {
          best = gain
          to = b
        }
      }
      if (to < 0) continue
      relabel(i, to)
      moved = true
    }
    return moved
  }
  const exchanges = (): boolean => {
    let exchanged = false
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const a = labels[i]!
        const b = labels[j]!
        if (a === b) continue
        const both = u[i * n + i]! + u[j * n + j]! - 2 * u[i * n + j]!
        const changeA = 2 * (reach[j * k + a]! - reach[i * k + a]!) + both
        const changeB = 2 * (reach[i * k + b]! - reach[j * k + b]!) + both
        if (changeA / size[a]! + changeB / size[b]! <= least) continue
        relabel(i, b)
        relabel(j, a)
        exchanged = true
      }
    }
    return exchanged
  }
  for (let rounds = 0; rounds < maxRounds; rounds++) if (!moves() && !exchanges()) return
}

/** Far more than are ever needed; each round is an improvement. */
const maxRounds = 1000
