/** Nearly optimal policies near a meta-policy: what adapted policies are compared with. */
import { exp, log } from "../math/mod.ts"
import { decisionStates, type Mdp, type Optimum, optimum } from "../mdp/mod.ts"

/** A task with what is best on it. */
export interface SolvedTask {
  readonly mdp: Mdp
  readonly optimum: Optimum
  /** States in which it matters what is done. */
  readonly decisions: readonly number[]
}

/** Solves a task. */
export const solveTask = (mdp: Mdp): SolvedTask => ({ mdp, optimum: optimum(mdp), decisions: decisionStates(mdp) })

/** What a nearly optimal policy plays beside the best actions: what the meta-policy does, or everything alike. */
export type Beside = "meta-policy" | "uniform"

/**
 * Logits of a mixture of the optimal policy that is nearest to ϕ and another one; ϕ's own where nothing is to be decided.
 *
 *     π̃ = (1 − β)·π* + β·π₀,   π*(a|s) ∝ π_ϕ(a|s) on the best actions, 0 elsewhere
 *
 * With β > 0 its parameters are bounded, as the theorems want of θ*: those of a deterministic policy are not, and no divergence
 * from a softmax policy to it is finite. Each row is moved so that its mean is ϕ's, which changes no policy.
 *
 * - Shapes: `phi` (ϕ) and the result `[n, m]`; −∞ for what is never played, which takes β = 0.
 * - Source: Xu and Zhu, NeurIPS 2024, section 3 for the nearest of the optimal policies, Θ*.
 */
export const comparator = (
  { mdp, optimum, decisions }: SolvedTask,
  phi: Float64Array,
  beta: number,
  beside: Beside
) => {
  const m = mdp.actions
  const theta = phi.slice()
  for (const s of decisions) {
    const row = phi.subarray(s * m, (s + 1) * m)
    const best = optimum.best.subarray(s * m, (s + 1) * m)
    const top = Math.max(...row)
    const weight = row.map((x) => exp(x - top))
    const [all, good] = [weight.reduce(plus), weight.reduce((sum, w, a) => sum + w * best[a]!, 0)]
    const mixed = weight.map((w, a) => {
      const other = beside === "uniform" ? 1 / m : w / all
      return log(((1 - beta) * best[a]! * w) / good + beta * other)
    })
    const shift = beta > 0 ? (row.reduce(plus) - mixed.reduce(plus)) / m : 0
    theta.set(
      mixed.map((x) => x + shift),
      s * m
    )
  }
  return theta
}

const plus = (a: number, b: number): number => a + b
