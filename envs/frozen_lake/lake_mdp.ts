import type * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { type Mdp, mdp } from "../../core/mdp/mod.ts"
import { type Ice, type Rows, transitions } from "./lake.ts"

/** Where walks begin: on the map's S, or on every cell that is no hole and no goal, each as likely. */
export type LakeStart = "S" | "everywhere"

/**
 * A lake as a process that is known: cells are states, holes and the goal lead to themselves without reward.
 *
 * With `everywhere` each cell in which something is decided is visited by every policy, as theory on such tasks assumes: ν(s) ≥
 * (1 − γ)/cells.
 *
 * - Shapes: state = row · columns + column; actions left, down, right, up.
 * - Errors: `ArgumentError` for a discount outside [0, 1) and for a map with nowhere to begin.
 * - Source: {@link transitions}.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { envs, mdp } from "policygradex"
 *
 * const ice = { slippery: false, successRate: 1, rewards: [1, -1, 0] } as const
 * E.map((lake: mdp.Mdp) => mdp.optimum(lake).objective)(envs.lakeMdp(["SF", "HG"], ice, 0.8, "S")) // => right(0.8)
 * ```
 */
export const lakeMdp = (rows: Rows, ice: Ice, gamma: number, start: LakeStart): E.Either<ArgumentError, Mdp> => {
  const letters = rows.join("")
  const n = letters.length
  const begins = [...letters].map((letter) => (start === "S" ? letter === "S" : letter === "S" || letter === "F"))
  const count = begins.filter((b) => b).length
  const transition = new Float64Array(n * 4 * n)
  const reward = new Float64Array(n * 4)
  for (const [s, byAction] of transitions(rows, ice).entries())
    for (const [a, outcomes] of byAction.entries())
      for (const { probability, next, reward: paid } of outcomes) {
        transition[(s * 4 + a) * n + next]! += probability
        reward[s * 4 + a]! += probability * paid
      }
  return mdp({
    states: n,
    actions: 4,
    gamma,
    start: Float64Array.from(begins, (b) => (b ? 1 / count : 0)),
    transition,
    reward
  })
}
