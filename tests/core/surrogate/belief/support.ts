/** Tasks whose returns in every group are known: what trainings of them would show. */
import { child, standardNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import {
  type BeliefPrior,
  believe,
  contendersOf,
  type DecisionState,
  decisionState,
  everyGroup,
  type GroupReturns,
  trainingsWanted,
  unitsOf
} from "../../../../core/surrogate/belief/mod.ts"

export const START = 20

/**
 * Returns after trainings of tasks of two kinds: in a group with f of a task's own kind among m it improves by the signal that is
 * left, over the root of signal and noise: 100 s/√(s² + 1/m) with s = (2f − m)/m, and loses a third of that where s < 0.
 */
export const plantedReturns = (kinds: readonly number[], strength: readonly number[]) =>
  everyGroup(kinds.length).map((members) =>
    members.map((i) => {
      const own = members.filter((j) => kinds[j] === kinds[i]).length
      const s = (2 * own - members.length) / members.length
      return START + strength[i]! * 100 * (s > 0 ? 1 : 0.3) * (s / Math.sqrt(s * s + 1 / members.length))
    })
  )

export interface Planted {
  readonly prior: BeliefPrior
  /** What every group really reaches, before noise. */
  readonly returns: readonly (readonly number[])[]
}

/** `factor` and `error`: what the prediction is of the truth; `kinds` that it takes for true. */
export const planted = (
  seed: number,
  { n = 5, factor = 1, error = 0, kinds }: { n?: number; factor?: number; error?: number; kinds?: readonly number[] }
): Planted => {
  const s = stream(child(zeroKey, "planted", seed))
  const real = Array.from({ length: n }, (_, i) => i % 2)
  const strength = real.map(() => 1 + 0.2 * standardNormal(s))
  const returns = plantedReturns(real, strength)
  const told = kinds === undefined ? returns : plantedReturns(kinds, strength)
  const gains = told.flatMap((r) => r.map((v) => factor * (v - START) + error * standardNormal(s)))
  const start = new Array<number>(n).fill(START)
  return { prior: { tasks: n, groups: everyGroup(n), start, gains, noise: [], ...unitsOf(gains) }, returns }
}

/** Which groups to train after some trainings. */
export type Choose = (trained: readonly GroupReturns[], prior: BeliefPrior) => readonly number[]

export const BATCH = 4

/** Deviation of one training from another. */
const NOISE = 15

export const asked = { price: 0, margin: 0.05, level: 0.95 }

/** Trains until the decision is made, or so many are trained: what tells most, or others; true regret at each look. */
export const decideOn = ({ prior, returns }: Planted, seed: number, most: number, choose?: Choose) => {
  const s = stream(child(zeroKey, "trainings", seed))
  const contenders = contendersOf(prior, [])
  const worth = (parts: readonly number[]) =>
    parts.reduce((sum, g) => sum + returns[g]!.reduce((a, b) => a + b, 0) / prior.tasks, 0)
  const best = worth(contenders.best(Float64Array.from(returns, (r) => r.reduce((a, b) => a + b, 0))).parts)
  const trained: GroupReturns[] = []
  const regrets: number[] = []
  let before: DecisionState | undefined
  for (;;) {
    const b = believe(prior, trained)
    const now = decisionState(b, contenders, asked, child(zeroKey, "draws"))
    regrets.push(best - worth(now.chosen.parts))
    const wanted = trained.length < most ? trainingsWanted(b, now, before, BATCH) : []
    if (wanted.length === 0) return { now, trained, regrets, best, within: asked.margin * (best - START) }
    before = now
    for (const group of choose?.(trained, prior) ?? wanted) {
      trained.push({ group, returns: returns[group]!.map((v) => v + NOISE * standardNormal(s)) })
    }
  }
}
