import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

/** A Markov decision process of finitely many states and actions, known exactly: n states, m actions. */
export interface Mdp {
  readonly states: number
  readonly actions: number
  /** γ, per step, in [0, 1). */
  readonly gamma: number
  /** ρ `[n]`: where it begins. */
  readonly start: Float64Array
  /** P(s′|s, a) `[n, m, n]`. */
  readonly transition: Float64Array
  /** E r(s, a) `[n, m]`. */
  readonly reward: Float64Array
}

/** How far probabilities that came by way of decimals may be from adding up to 1. */
const TOLERANCE = 1e-9

/**
 * The same process, checked: what follows cannot fail on it.
 *
 * - Shapes: as {@link Mdp} has them.
 * - Errors: `ArgumentError` for a discount outside [0, 1), arrays of other lengths, what is no distribution, and rewards that
 *   are not finite.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { mdp } from "policygradex"
 *
 * const one = { states: 1, actions: 1, start: Float64Array.of(1), transition: Float64Array.of(1) }
 * const endless = mdp.mdp({ ...one, gamma: 1, reward: Float64Array.of(1) })
 * E.mapLeft((e: Error) => e.message)(endless)
 * // => left("Cannot make a decision process: want a discount in [0, 1), got 1")
 * ```
 */
export const mdp = (given: Mdp): E.Either<ArgumentError, Mdp> => {
  const { states: n, actions: m, gamma, start, transition, reward } = given
  const refuse = (want: string, got: string) => cannot("make a decision process", want, got)
  if (!(gamma >= 0 && gamma < 1)) return refuse("a discount in [0, 1)", String(gamma))
  const lengths = { start: [start, n], transition: [transition, n * m * n], reward: [reward, n * m] } as const
  for (const [name, [array, length]] of Object.entries(lengths))
    if (array.length !== length) return refuse(`${length} numbers of ${name}`, String(array.length))
  const odd = reward.findIndex((r) => !Number.isFinite(r))
  if (odd >= 0) return refuse(`a finite reward in state ${Math.floor(odd / m)}`, String(reward[odd]))
  const from = start.subarray(0, n)
  if (!isDistribution(from)) return refuse("a start that is a distribution", `[${from.join(", ")}]`)
  for (let row = 0; row < n * m; row++) {
    const next = transition.subarray(row * n, (row + 1) * n)
    const where = `state ${Math.floor(row / m)}, action ${row % m}`
    if (!isDistribution(next)) return refuse(`a distribution over what follows ${where}`, `[${next.join(", ")}]`)
  }
  return E.right(given)
}

const isDistribution = (p: Float64Array): boolean => {
  let sum = 0
  for (const x of p) {
    if (!(x >= 0)) return false
    sum += x
  }
  return Math.abs(sum - 1) <= TOLERANCE
}

/**
 * The states in which it matters what is done: where not all actions lead to the same. A policy's advantage is 0 in all others,
 * and its visits do not depend on what it does there.
 *
 * - Shapes: the numbers of states, ascending.
 */
export const decisionStates = ({ states: n, actions: m, transition, reward }: Mdp): readonly number[] =>
  Array.from({ length: n }, (_, s) => s).filter((s) => {
    for (let a = 1; a < m; a++) {
      if (reward[s * m + a] !== reward[s * m]) return true
      for (let t = 0; t < n; t++) if (transition[(s * m + a) * n + t] !== transition[s * m * n + t]) return true
    }
    return false
  })
