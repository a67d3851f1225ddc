/** The clustering relaxation against CVXPY's solvers. */
import { Effect } from "effect"
import { group, packSymmetric, sdp } from "../../core/grouping/mod.ts"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import { folder, plantedAffinity, save } from "../data.ts"
import { floor, type Suite, type Work } from "../suite.ts"
import { made, sampler, secondsPerCall } from "../timing.ts"

interface Case {
  /** Tasks. */
  readonly n: number
  /** Groups asked for, and planted unless `planted` says otherwise. */
  readonly k: number
  readonly planted?: number
  /**
   * Standard deviation of the noise on affinities of 0 and 1. Of 200 tasks in 8 groups they show at 0.3, are as good as gone at
   * 3, and about to be lost at 1, where the solver stops at its budget.
   */
  readonly noise: number
  /** Milliseconds we allow ourselves. */
  readonly allowed?: number
  /** Relative difference of the answers: SCS stops at an accuracy of 1e-4, our budget at some thousandths. */
  readonly agree?: number
  /** Those that take seconds at most. */
  readonly solvers: readonly ("SCS" | "CLARABEL")[]
}

const cases: readonly Case[] = [
  { n: 10, k: 3, noise: 0.3, allowed: 10, solvers: ["SCS", "CLARABEL"] },
  { n: 20, k: 4, noise: 0.3, solvers: ["SCS", "CLARABEL"] },
  { n: 50, k: 5, noise: 0.3, allowed: 100, solvers: ["SCS", "CLARABEL"] },
  { n: 50, k: 5, noise: 3, allowed: 100, solvers: ["SCS", "CLARABEL"] },
  { n: 100, k: 5, noise: 0.3, solvers: ["SCS"] },
  { n: 200, k: 8, noise: 0.3, allowed: 1000, solvers: ["SCS"] },
  { n: 200, k: 8, noise: 1, allowed: 1000, agree: 2e-3, solvers: ["SCS"] },
  { n: 200, k: 3, planted: 5, noise: 1.5, allowed: 1000, agree: 2e-3, solvers: ["SCS"] },
  { n: 200, k: 8, noise: 3, allowed: 1000, solvers: ["SCS"] }
]

/** Noise at which 200 tasks are grouped: rounding and improving included. */
const grouped = [0.3, 1, 3]

export const grouping: Suite = {
  name: "grouping",
  question: "How long does the clustering relaxation take?",
  works: Effect.gen(function* () {
    const into = yield* folder()
    const solves = yield* Effect.forEach(cases, ({ n, k, planted = k, noise, allowed, agree = 1e-4, solvers }) =>
      Effect.gen(function* () {
        const u = plantedAffinity(child(zeroKey, "bench", "grouping", n), n, planted, noise)
        const affinity = yield* save(into, `u${n}-${planted}-${noise}`, u, [n, n])
        return {
          work: `SDP of ${n} tasks, k = ${k}${planted === k ? "" : `, ${planted} groups`}, noise ${noise}`,
          unit: "ms" as const,
          rounds: 3,
          ours: relaxation(n, u, k),
          agree,
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
    return [...solves, ...grouped.map(groupsOf200)]
  })
}

/** From the square matrix to groups and what they can lack. */
const groupsOf200 = (noise: number): Work => {
  const [n, k] = [200, 8]
  const u = plantedAffinity(child(zeroKey, "bench", "grouping", n), n, k, noise)
  const rows = Array.from({ length: n }, (_, i) => Array.from(u.subarray(i * n, (i + 1) * n)))
  const once = () => {
    const s = stream(child(zeroKey, "bench", "rounding"))
    return group(rows, { method: "sdp", k, stream: s })
  }
  return {
    work: `groups of ${n} tasks, k = ${k}, noise ${noise}`,
    unit: "ms",
    rounds: 3,
    ours: Effect.map(made(once()), () => sampler(() => 1e3 * secondsPerCall(once))),
    opponents: [floor(1000)]
  }
}

/** From the square matrix to a certified solution; the answer is <U, X>. */
const relaxation = (n: number, u: Float64Array, k: number): Work["ours"] =>
  Effect.gen(function* () {
    const once = () => sdp(n, packSymmetric(n, u), { kind: "groups", k })
    const { objective } = yield* made(once())
    return sampler(() => ({ value: 1e3 * secondsPerCall(once), answers: [objective] }))
  })
