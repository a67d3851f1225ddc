/** How far adapted policies are from the best, and what theory says that they are at most. */
import type * as E from "fp-ts/lib/Either.js"
import { map } from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { type Evaluation, evaluatePolicy, softmax } from "../mdp/mod.ts"
import { type Beside, comparator, type SolvedTask } from "./comparator.ts"
import { type AdaptedTask, adaptTask } from "./hypergradient.ts"
import type { Weights, WithinTask } from "./within_task.ts"

/** The gap of one task, and bounds of it with all that they were made of. */
export interface TaskGap {
  /** J(π*) − J(π_θ′). */
  readonly gap: number
  /** J(π*) − J(π_ϕ): without adaptation. */
  readonly unadapted: number
  /** A_max of the meta-policy on this task: its largest |A|. */
  readonly largestAdvantage: number
  /** ε: the meta-policy's fewest visits of a state in which something is decided. */
  readonly leastVisits: number
  /** λ at which the theorem's inequality (lemma 1 or 2) is sure to hold. */
  readonly sufficientLambda: number
  /** The bound with the theorem's constants, from A_max and ε. */
  readonly theorem: Bound
  /** The bound with the smallest constants that the lemma's inequalities hold with here. */
  readonly instance: Bound
}

/** An upper bound of J(π*) − J(π_θ′): slack + shortfall + (c + λ/(1 − γ))·D². */
export interface Bound {
  readonly value: number
  /** J(π*) − J(π̃): what the comparator lacks itself. */
  readonly slack: number
  /** What lemma 1 or 2 lacks at θ′ because λ is small, and the inner problem at θ′ against π̃: 0 where theory applies. */
  readonly shortfall: number
  /** c of (c + λ/(1 − γ)). */
  readonly constant: number
  /** D_i²(π_ϕ, π̃). */
  readonly distance: number
  /** β of the comparator. */
  readonly beta: number
}

/** Comparators that are tried; the bound holds with each. */
const BETAS = [1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]

/**
 * The optimality gap of adaptation from ϕ, exactly, beside its upper bounds.
 *
 *     J(π̃) − J(π_θ′) ≤ (c + λ/(1 − γ))·D_i²(π_ϕ, π̃),   c = 2γA/((1 − γ)²ε) for divergences, 4γAL₁²/((1 − γ)²ε) for parameters
 *
 * for any π̃ (the proof of theorems 3 and 4 up to where it takes the mean over tasks), so that J(π*) − J(π̃) + … bounds the
 * gap; the smallest over some π̃ is taken. With `instance` c is the smallest number with which lemma 1's (or 2's) upper
 * inequality holds at π̃. Where λ is too small for the lower one to hold at θ′, what it lacks is added as `shortfall`.
 *
 * - Shapes: `phi` (ϕ) `[n, m]`.
 * - Units: reward; ε none.
 * - Errors: those of Alg(i)'s `solve`.
 * - Source: Xu and Zhu, NeurIPS 2024, lemmas 1, 2, 17 and 18, the proofs of theorems 3 and 4 (N.2), N.3 for A′_max.
 */
export const taskGap = (
  alg: WithinTask,
  task: SolvedTask,
  phi: Float64Array,
  weights: Weights,
  besides: readonly Beside[] = ["meta-policy", "uniform"]
): E.Either<ArgumentError, TaskGap> =>
  map((adapted: AdaptedTask) => gapOf(alg, task, phi, weights, { adapted, besides }))(
    adaptTask(alg, task.mdp, phi, weights)
  )

interface Given {
  readonly adapted: AdaptedTask
  readonly besides: readonly Beside[]
}

const gapOf = (
  alg: WithinTask,
  task: SolvedTask,
  phi: Float64Array,
  { lambda }: Weights,
  { adapted, besides }: Given
): TaskGap => {
  const { before, after, solved } = adapted
  const { gamma } = task.mdp
  const best = task.optimum.objective
  const largestAdvantage = before.advantage.reduce((top, x) => Math.max(top, Math.abs(x)), 0)
  const leastVisits = task.decisions.reduce((least, s) => Math.min(least, before.visitation[s]!), 1)
  const worst = ((alg.id === 3 ? 4 : 2) * gamma * largestAdvantage) / ((1 - gamma) ** 2 * leastVisits)
  const here = surrogate(alg, before, phi, solved.theta, lambda)
  // (E A − λD²)/(1 − γ) is to be at most what was gained.
  const unmet = Math.max(0, here.worth / (1 - gamma) - (after.objective - before.objective))
  const bounds = BETAS.flatMap((beta) =>
    besides.map((beside) => {
      const theta = comparator(task, phi, beta, beside)
      const there = surrogate(alg, before, phi, theta, lambda)
      const { objective } = evaluatePolicy(task.mdp, softmax(task.mdp.actions, theta))
      const slack = best - objective
      const shortfall = unmet + Math.max(0, there.worth - here.worth) / (1 - gamma)
      const beyond = objective - before.objective - there.advantage / (1 - gamma)
      const { distance } = there
      const exact = distance > 0 ? Math.max(0, beyond / distance) : 0
      const boundOf = (constant: number): Bound => {
        const value = slack + shortfall + (distance > 0 ? (constant + lambda / (1 - gamma)) * distance : 0)
        return { value, slack, shortfall, constant, distance, beta }
      }
      return { theorem: boundOf(worst), instance: boundOf(exact) }
    })
  )
  const least = (kind: "theorem" | "instance"): Bound =>
    bounds.map((b) => b[kind]).reduce((a, b) => (b.value < a.value ? b : a))
  return {
    gap: best - after.objective,
    unadapted: best - before.objective,
    largestAdvantage,
    leastVisits,
    sufficientLambda: (1 - gamma) * worst,
    theorem: least("theorem"),
    instance: least("instance")
  }
}

/** What Alg(i) maximises, E_{s∼ν, a∼π_θ} A^{π_ϕ} − λD², and its parts. */
const surrogate = (alg: WithinTask, at: Evaluation, phi: Float64Array, theta: Float64Array, lambda: number) => {
  const m = at.mdp.actions
  const advantage = softmax(m, theta).reduce(
    (sum, p, i) => sum + at.visitation[Math.floor(i / m)]! * p * at.advantage[i]!,
    0
  )
  const distance = alg.apart(at, phi, theta).reduce((sum, x) => sum + x, 0)
  return { advantage, distance, worth: advantage - lambda * distance }
}
