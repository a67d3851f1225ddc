import { evaluatePolicy } from "./evaluation.ts"
import type { Mdp } from "./mdp.ts"

/** The best that can be done. */
export interface Optimum {
  /** Q* `[n, m]`. */
  readonly q: Float64Array
  /** J*. */
  readonly objective: number
  /** 1 for every best action, 0 for others `[n, m]`: any mixture of a state's best actions is optimal. */
  readonly best: Uint8Array
}

/** Actions whose Q is less than this from the largest are equally good: rounding of the linear system. */
const TIE = 1e-10

/**
 * The optimal policies, by policy iteration.
 *
 *     π_{k+1}(s) = argmax_a Q^{π_k}(s, a),   until no Q is better
 *
 * - Source: Sutton and Barto, Reinforcement Learning, 2nd edition, section 4.3.
 *
 * @example
 * const q = optimum({ states: 1, actions: 2, gamma: 0.5, start: Float64Array.of(1), transition: Float64Array.of(1, 1), reward: Float64Array.of(1, 0) }).q
 * q // => Float64Array.of(2, 1)
 */
export const optimum = (mdp: Mdp): Optimum => {
  const { states: n, actions: m } = mdp
  const policy = new Float64Array(n * m)
  for (let s = 0; s < n; s++) policy[s * m] = 1
  for (;;) {
    const { q, value, objective } = evaluatePolicy(mdp, policy)
    let changed = false
    const best = new Uint8Array(n * m)
    for (let s = 0; s < n; s++) {
      const row = q.subarray(s * m, (s + 1) * m)
      const top = Math.max(...row)
      for (let a = 0; a < m; a++) if (row[a]! >= top - TIE) best[s * m + a] = 1
      // Only what is really better is changed to, so that equals do not alternate for ever.
      if (top <= value[s]! + TIE) continue
      changed = true
      policy.fill(0, s * m, (s + 1) * m)
      policy[s * m + row.indexOf(top)] = 1
    }
    if (!changed) return { q, objective, best }
  }
}
