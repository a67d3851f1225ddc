/** The clustering relaxation against CVXPY's solvers. */
import { Effect } from "effect"
import { packSymmetric, sdp } from "../../core/grouping/mod.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import { folder, plantedAffinity, save } from "../data.ts"
import { floor, type Suite, type Work } from "../suite.ts"
import { made, sampler, secondsPerCall } from "../timing.ts"

interface Case {
  /** Tasks. */
  readonly n: number
  /** Groups, planted and asked for. */
  readonly k: number
  /** Standard deviation of the noise on affinities of 0 and 1: at 0.3 the groups show, at 3 hardly. */
  readonly noise: number
  /** Milliseconds we allow ourselves. */
  readonly allowed?: number
  /** Those that take seconds at most. */
  readonly solvers: readonly ("SCS" | "CLARABEL")[]
}

const cases: readonly Case[] = [
  { n: 10, k: 3, noise: 0.3, allowed: 10, solvers: ["SCS", "CLARABEL"] },
  { n: 20, k: 4, noise: 0.3, solvers: ["SCS", "CLARABEL"] },
  { n: 50, k: 5, noise: 0.3, allowed: 100, solvers: ["SCS", "CLARABEL"] },
  { n: 50, k: 5, noise: 3, allowed: 100, solvers: ["SCS", "CLARABEL"] },
  { n: 100, k: 5, noise: 0.3, solvers: ["SCS"] },
  { n: 200, k: 8, noise: 0.3, allowed: 5000, solvers: ["SCS"] },
  { n: 200, k: 8, noise: 3, allowed: 5000, solvers: ["SCS"] }
]

export const grouping: Suite = {
  name: "grouping",
  question: "How long does the clustering relaxation take?",
  works: Effect.gen(function* () {
    const into = yield* folder()
    return yield* Effect.forEach(cases, ({ n, k, noise, allowed, solvers }) =>
      Effect.gen(function* () {
        const u = plantedAffinity(child(zeroKey, "bench", "grouping", n), n, k, noise)
        const affinity = yield* save(into, `u${n}-${noise}`, u, [n, n])
        return {
          work: `SDP of ${n} tasks, k = ${k}, noise ${noise}`,
          unit: "ms" as const,
          rounds: 3,
          ours: relaxation(n, u, k),
          // SCS stops at a relative accuracy of 1e-4.
          agree: 1e-4,
          opponents: [
            ...(allowed === undefined ? [] : [floor(allowed)]),
            ...solvers.map((solver) => ({
              peer: `cvxpy ${solver}`,
              goal: null,
              ask: { work: "sdp", args: { affinity, k, solver } }
            }))
          ]
        }
      })
    )
  })
}

/** From the square matrix to a certified solution; the answer is <U, X>. */
const relaxation = (n: number, u: Float64Array, k: number): Work["ours"] =>
  Effect.gen(function* () {
    const once = () => sdp(n, packSymmetric(n, u), { kind: "groups", k })
    const { objective } = yield* made(once())
    return sampler(() => ({ value: 1e3 * secondsPerCall(once), answers: [objective] }))
  })
