/** The clustering relaxation against CVXPY's solvers. */
import { Effect } from "effect"
import { child, zeroKey } from "../../core/random/mod.ts"
import { folder, plantedAffinity, save } from "../data.ts"
import { floor, missing, type Suite } from "../suite.ts"

/** Tasks, groups, the milliseconds we allow ourselves, and the solvers that take seconds at most. */
const sizes = [
  { n: 10, k: 3, allowed: 10, solvers: ["SCS", "CLARABEL"] },
  { n: 20, k: 4, allowed: undefined, solvers: ["SCS", "CLARABEL"] },
  { n: 50, k: 5, allowed: 100, solvers: ["SCS", "CLARABEL"] },
  { n: 100, k: 5, allowed: undefined, solvers: ["SCS"] },
  { n: 200, k: 8, allowed: 5000, solvers: ["SCS"] }
] as const

export const grouping: Suite = {
  name: "grouping",
  question: "How long does the clustering relaxation take?",
  works: Effect.gen(function* () {
    const into = yield* folder()
    return yield* Effect.forEach(sizes, ({ n, k, allowed, solvers }) =>
      Effect.gen(function* () {
        const u = plantedAffinity(child(zeroKey, "bench", "grouping", n), n, k, 0.3)
        const affinity = yield* save(into, `u${n}`, u, [n, n])
        return {
          work: `SDP of ${n} tasks, k = ${k}`,
          unit: "ms" as const,
          rounds: 3,
          ours: Effect.fail(missing("core/grouping")),
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
