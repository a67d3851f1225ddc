import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../failure/mod.ts"
import type { Stream } from "../random/mod.ts"
import { counted } from "../text/numbers.ts"
import { type Affinity, affinity, type Rows } from "./affinity.ts"
import { agglomerate, averageLinkage } from "./agglomerative.ts"
import { chooseK, type KEvidence } from "./choose_k.ts"
import { refuse } from "./error.ts"
import { type Indifference, indifference } from "./indifference.ts"
import { packedTrace, packSymmetric, unpackRows } from "./packed.ts"
import { type Partition, partition, partitionValue } from "./partition.ts"
import { randomGroups } from "./random_groups.ts"
import type { Form, Relaxation } from "./relaxation.ts"
import { roundToGroups } from "./rounding.ts"
import { type SolverOptions, sdp, solverDefaults } from "./sdp.ts"
import { spectralGroups } from "./spectral.ts"
import { withPartition } from "./with_partition.ts"
import { withoutConflicts } from "./without_conflicts.ts"

/** How tasks are split. */
export type GroupingMethod = "sdp" | "spectral" | "agglomerative" | "random"

/** Every method, for messages and flags. */
export const groupingMethods: readonly GroupingMethod[] = ["sdp", "spectral", "agglomerative", "random"]

/** What decides the number of groups: itself, the matrix, or (`sdp` only) a price λ for each. */
export type GroupCount =
  | { readonly k: number | "auto"; readonly lambda?: undefined }
  | { readonly lambda: number; readonly k?: undefined }

/** What `group` is asked. */
export type GroupingRequest = GroupCount &
  Partial<SolverOptions> & {
    readonly method: GroupingMethod
    /** For the restarts of rounding and k-means, the shuffles of `auto`, and `random`. */
    readonly stream: Stream
  }

/** Groups of tasks, and for the method `sdp` the evidence that they are good. */
export interface Grouping extends Partition {
  readonly method: GroupingMethod
  /** <U, X> of the relaxation; null for the other methods, as are all fields that say so. */
  readonly objective: number | null
  /** Certified: no X has more <U, X>, with a price more <U, X> − λ tr X; so no partition has. Null but for `sdp`. */
  readonly bound: number | null
  /** Σ_c v_cᵀ U v_c / v_cᵀ v_c of these groups. */
  readonly roundedObjective: number
  /** Largest violation of a constraint by X; null but for `sdp`. */
  readonly primalResidual: number | null
  /** What the multipliers still owe after the last step, relative; null but for `sdp`. */
  readonly dualResidual: number | null
  /** Certified: no other groups are worth more than this above these, in the units of U; null but for `sdp`. */
  readonly gap: number | null
  /** Iterations of the solver; null but for `sdp`. */
  readonly iterations: number | null
  /** Whether bound and objective met within the tolerance; null but for `sdp`. */
  readonly converged: boolean | null
  /** The solution of the relaxation; null but for `sdp`. */
  readonly X: readonly (readonly number[])[] | null
  /** Why this k, for `auto`; else null. */
  readonly evidence: readonly KEvidence[] | null
  /** Why these groups are as good as any others, where the matrix says nothing of which tasks belong together; else null. */
  readonly indifference: Indifference | null
  /** What a person should know: tasks do not differ, U was made symmetric, the solver stopped early, X asks for a fraction. */
  readonly warnings: readonly string[]
}

/**
 * Groups tasks by their affinity.
 *
 * `sdp` solves the relaxation (7) and rounds it; `spectral` is k-means on the normalised Laplacian's lowest eigenvectors,
 * `agglomerative` average linkage, `random` equal sizes at random. With a price, k is the nearest whole number to tr X,
 * which is the number of groups where X is a partition.
 *
 * - Shapes: `rows` n rows of n numbers.
 * - Units: `objective`, `bound`, `roundedObjective` those of U; λ too.
 * - Errors: `ArgumentError` for a matrix that is not square or not finite, k that is not a whole number in 1 … n, λ that is
 *   negative or not finite, and λ with a method that has no price. A U that is not symmetric is a warning.
 * - Source: algorithm 2 and (7) of Zhang et al., Scalable multi-objective and meta reinforcement learning via gradient
 *   estimation (2025).
 *
 * @example Two pairs
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { grouping, random } from "policygradex"
 *
 * const affinity = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
 * const found = grouping.group(affinity, { method: "sdp", k: 2, stream: random.stream(random.zeroKey) })
 * E.map((g: grouping.Grouping) => [g.labels, g.objective, Math.round(g.bound ?? 0)])(found)
 * // => right([[0, 0, 1, 1], 4, 4])
 * ```
 */
export const group = (rows: Rows, request: GroupingRequest): E.Either<ArgumentError, Grouping> =>
  pipe(
    affinity(rows),
    E.chain((u) =>
      pipe(
        checkedCount(u.n, request),
        E.chain(() => (request.method === "sdp" ? byRelaxation(u, request) : E.right(byBaseline(u, request))))
      )
    )
  )

/** Whether so many tasks can be grouped as asked, whatever their affinity. Errors: those of {@link group}. */
export const checkedCount = (
  n: number,
  request: GroupCount & Pick<GroupingRequest, "method">
): E.Either<ArgumentError, undefined> => {
  const { k, lambda, method } = request
  if (lambda !== undefined) {
    if (method !== "sdp") return refuse("lambda", `k with the method ${method}`, String(lambda), "only sdp has a price")
    if (!(Number.isFinite(lambda) && lambda >= 0))
      return refuse("lambda", "a finite number >= 0, in the units of U", String(lambda))
    return E.right(undefined)
  }
  if (k === "auto" || (Number.isInteger(k) && k >= 1 && k <= n)) return E.right(undefined)
  return refuse("k", `a whole number from 1 to ${n}, the number of tasks`, String(k), "or let auto choose it")
}

/** The number of groups, with the evidence where it was chosen from U. */
const countFor = (u: Affinity, request: GroupingRequest): { k: number; evidence: readonly KEvidence[] | null } =>
  typeof request.k === "number" ? { k: request.k, evidence: null } : chooseK(u.n, u.values, request.stream)

const byRelaxation = (u: Affinity, request: GroupingRequest): E.Either<ArgumentError, Grouping> => {
  const { n, values } = u
  const { lambda, stream, method } = request
  const chosen = lambda === undefined ? countFor(u, request) : { k: Number.NaN, evidence: null }
  const form: Form = lambda === undefined ? { kind: "groups", k: chosen.k } : { kind: "price", lambda }
  const packed = packSymmetric(n, values)
  const price = lambda ?? 0
  const options = solverOptions(request)
  const { tolerance = solverDefaults.tolerance } = request
  const rounded = (solved: Relaxation) => {
    const trace = packedTrace(n, solved.matrix)
    const k = lambda === undefined ? chosen.k : Math.min(n, Math.max(1, Math.round(trace)))
    const bound = solved.bound + price * k
    const x = Float64Array.from(unpackRows(n, solved.matrix).flat())
    const labels = roundToGroups({ n, u: values, x, k }, stream, { bound })
    const split = partition(labels)
    const value = partitionValue(n, values, labels, k)
    return { trace, k, split, value, relaxed: withPartition(solved, packed, form, { split, value }, tolerance) }
  }
  return pipe(
    sdp(n, packed, form, options),
    E.map((solved): Grouping => {
      const first = rounded(solved)
      const worth = first.value - price * first.k
      const open = first.relaxed.bound - worth > tolerance * Math.abs(worth)
      const again = open ? withoutConflicts(first.relaxed, packed, form, worth, options) : undefined
      const second = again === undefined ? first : rounded(again)
      // The groups of both solves are groups of U: the better ones are kept, the evidence is the second's.
      const kept = second.value - price * second.k > worth ? second : first
      const { trace, k, split, value } = kept
      const { relaxed } = second
      const bound = relaxed.bound + price * k
      return {
        ...split,
        method,
        objective: relaxed.objective,
        bound: relaxed.bound,
        roundedObjective: value,
        gap: Math.max(0, bound - value),
        primalResidual: relaxed.primalResidual,
        dualResidual: relaxed.dualResidual,
        iterations: relaxed.iterations,
        converged: relaxed.converged,
        X: unpackRows(n, relaxed.matrix),
        evidence: chosen.evidence,
        ...known(u),
        warnings: [
          ...known(u).warnings,
          ...(relaxed.converged ? [] : [unfinished(relaxed.iterations, bound, value)]),
          ...(Math.abs(trace - k) > 0.05
            ? [`tr X = ${trace.toFixed(2)} at this lambda; rounded to ${counted(k, "group")}`]
            : [])
        ]
      }
    })
  )
}

const byBaseline = (u: Affinity, request: GroupingRequest): Grouping => {
  const { n, values } = u
  const { method, stream } = request
  const { k, evidence } = countFor(u, request)
  const labels =
    method === "spectral"
      ? spectralGroups(n, values, k, stream)
      : method === "agglomerative"
        ? agglomerate(n, values, k, averageLinkage)
        : randomGroups(n, k, stream)
  return {
    ...partition(labels),
    ...withoutCertificate,
    method,
    roundedObjective: partitionValue(n, values, labels, k),
    evidence,
    ...known(u)
  }
}

/** What only the relaxation knows of groups. */
export const withoutCertificate = {
  objective: null,
  bound: null,
  gap: null,
  primalResidual: null,
  dualResidual: null,
  iterations: null,
  converged: null,
  X: null
} satisfies Partial<Grouping>

const solverOptions = ({ tolerance, maxIterations, start }: GroupingRequest): Partial<SolverOptions> => ({
  ...(tolerance === undefined ? {} : { tolerance }),
  ...(maxIterations === undefined ? {} : { maxIterations }),
  start
})

/** What the matrix itself gives to know. */
const known = ({ n, values, asymmetry }: Affinity): Pick<Grouping, "indifference" | "warnings"> => {
  const same = indifference(n, values)
  const warnings = [
    ...(same === undefined ? [] : [same.message]),
    ...(asymmetry === undefined ? [] : [asymmetry.message])
  ]
  return { indifference: same ?? null, warnings }
}

/** What the bound is worth though it did not meet the objective. */
const unfinished = (iterations: number, bound: number, value: number): string => {
  const digits = (x: number): number => Number(x.toPrecision(4))
  const share = value === 0 ? "" : `, ${digits((100 * (bound - value)) / Math.abs(value))}% of their value`
  return (
    `the relaxation did not reach its tolerance in ${iterations} iterations; its bound holds all the same: ` +
    `no other groups are worth ${digits(bound - value)} more than these${share}`
  )
}
