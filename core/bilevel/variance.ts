import { log } from "../math/mod.ts"
import { evaluatePolicy, softmax } from "../mdp/mod.ts"
import { comparator, type SolvedTask } from "./comparator.ts"
import type { WithinTask } from "./within_task.ts"

/** The middle of the tasks' best policies. */
export interface Centre {
  /** Its logits `[n, m]`. */
  readonly phi: Float64Array
  /** E_τ D_i²(π_ϕ, π̃_τ) there: at least Var_i(P(Γ)), the smallest that it is anywhere, and all that the theorems need. */
  readonly variance: number
}

const ROUNDS = 50

/**
 * The meta-policy from which the tasks' nearly optimal policies are nearest, as Var_i asks for it.
 *
 *     ϕ_center = argmin_ϕ E_τ Σ_s ν_τ^{π_ϕ}(s)·d_i²(π_ϕ(·|s), π̃_τ(·|s))
 *
 * With ν held that has a closed form in each state: the mean of logits by KL(π_ϕ ‖ π̃), of probabilities by KL(π̃ ‖ π_ϕ), and of
 * logits that add up to 0 by ‖θ − ϕ‖². It is taken again with the new ν, some rounds; the best of them stays.
 *
 * - Shapes: all tasks of one number of states and actions.
 * - Source: Xu and Zhu, NeurIPS 2024, section 3 (task variance) and section 5.4 (ϕ_center).
 */
export const taskCentre = (alg: WithinTask, tasks: readonly SolvedTask[], beta: number): Centre => {
  const { states: n = 0, actions: m = 1 } = tasks[0]?.mdp ?? {}
  let best: Centre = { phi: new Float64Array(n * m), variance: Number.POSITIVE_INFINITY }
  let phi = best.phi
  for (let round = 0; round < ROUNDS; round++) {
    const at = phi
    const nearest = tasks.map((task) => comparator(task, at, beta, "uniform"))
    const visited = tasks.map(({ mdp }) => evaluatePolicy(mdp, softmax(m, at)))
    const apart = nearest.map((theta, t) => alg.apart(visited[t]!, at, theta).reduce((sum, x) => sum + x, 0))
    const variance = apart.reduce((sum, x) => sum + x, 0) / tasks.length
    if (variance < best.variance) best = { phi, variance }
    const weight = tasks.map(({ decisions }, t) => {
      const own = new Float64Array(n)
      for (const s of decisions) own[s] = alg.id === 3 ? 1 : visited[t]!.visitation[s]!
      return own
    })
    phi = middle(alg, m, nearest, weight)
  }
  return best
}

/** Each row's weighted mean; 0 where no task decides anything. */
const middle = (
  alg: WithinTask,
  m: number,
  thetas: readonly Float64Array[],
  weight: readonly Float64Array[]
): Float64Array => {
  const policies = thetas.map((theta) => softmax(m, theta))
  const out = new Float64Array(thetas[0]?.length ?? 0)
  for (let i = 0; i < out.length; i++) {
    const s = Math.floor(i / m)
    const total = weight.reduce((sum, w) => sum + w[s]!, 0)
    if (total === 0) continue
    const meanOf = (f: (t: number) => number): number =>
      weight.reduce((sum, w, t) => (w[s]! > 0 ? sum + w[s]! * f(t) : sum), 0) / total
    if (alg.id === 2) out[i] = log(meanOf((t) => policies[t]![i]!))
    else if (alg.id === 1) out[i] = meanOf((t) => log(policies[t]![i]!))
    else out[i] = meanOf((t) => thetas[t]![i]! - rowMean(thetas[t]!, s, m))
  }
  return out
}

const rowMean = (theta: Float64Array, s: number, m: number): number =>
  theta.subarray(s * m, (s + 1) * m).reduce((sum, x) => sum + x, 0) / m
