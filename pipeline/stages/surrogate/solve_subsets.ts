/** Stage: the adapted parameters of every subset, by weighted logistic regression on projected gradients. */

import { Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import { cholesky, choleskySolve } from "../../../core/linalg/mod.ts"
import * as T from "../../../core/program/mod.ts"
import { child, type Floats, fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { FloatArray } from "../../../core/service/data.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { realOf } from "../../../core/service/real.ts"
import { type Buffer, type Executable, Session } from "../../../core/service/session.ts"
import { advance, gradientNorm, type Lbfgs, lbfgs, type Subset } from "../../../core/surrogate/mod.ts"

/** The transitions of one task as classification data. */
export const TaskData = Schema.Struct({
  /** Projected gradients of log π(a|s) at θ★, `[rows, dimension]`. */
  features: FloatArray,
  /** Advantages, `[rows]`: their sign is the label, their size the weight. */
  advantages: FloatArray
})
export type TaskData = typeof TaskData.Type

export interface SolveConfig {
  readonly dimension: number
  /** μ of (μ/2)‖x‖²: a number, or a multiple of the largest curvature λ_max of all tasks' mean loss at x = 0. */
  readonly mu: number | { readonly curvatures: number }
  /** Relative gradient norm at which a problem is solved. */
  readonly tolerance: number
  /** Evaluations of all problems together, at most. */
  readonly maxEvaluations: number
}

export interface Solution {
  /** x of each subset, `[subsets, dimension]`, row-major. */
  readonly x: Float64Array
  /** F at x. */
  readonly objective: Float64Array
  /** ‖∇F‖ at x: the certificate, as F is convex with modulus μ. */
  readonly gradientNorm: Float64Array
  readonly iterations: Int32Array
  readonly evaluations: number
  /** μ in use. */
  readonly mu: number
}

/** Relative error of a sum of losses, a few roundings: what differences of losses cannot tell. */
const NOISE = { f32: 3e-7, f64: 1e-15 } as const

const logisticTask = (rows: number, dimension: number, columns: number) =>
  T.program(
    "subset losses",
    { features: [rows, dimension], advantage: [rows, 1], x: [columns, dimension] },
    ({ features, advantage, x }) => {
      const label = T.sign(advantage)
      const weight = T.abs(advantage)
      const margin = T.mul(label, T.matmul(features, x, { transposeB: true }))
      const pull = T.neg(T.mul(advantage, T.sigmoid(T.neg(margin))))
      return {
        loss: T.sum(T.mul(weight, T.softplus(T.neg(margin))), { axes: [0] }),
        gradient: T.matmul(pull, features, { transposeA: true })
      }
    }
  )

/** Φᵀ diag(w/4) Φ over the first `used` rows: the Hessian of their summed losses at x = 0. */
const hessianAtZero = (rows: number, used: number, dimension: number) =>
  T.program("task Hessian", { features: [rows, dimension], advantage: [rows, 1] }, ({ features, advantage }) => {
    const some = T.slice(features, [0, 0], [used, dimension])
    const weight = T.mul(0.25, T.abs(T.slice(advantage, [0, 0], [used, 1])))
    return { hessian: T.matmul(T.mul(some, weight), some, { transposeA: true }) }
  })

const lossOnly = (rows: number, dimension: number, columns: number) =>
  T.program(
    "subset losses without gradients",
    { features: [rows, dimension], advantage: [rows, 1], x: [columns, dimension] },
    ({ features, advantage, x }) => {
      const margin = T.mul(T.sign(advantage), T.matmul(features, x, { transposeB: true }))
      return { loss: T.sum(T.mul(T.abs(advantage), T.softplus(T.neg(margin))), { axes: [0] }) }
    }
  )

interface Loaded {
  readonly rows: number
  readonly features: Buffer
  readonly advantage: Buffer
}

const load = (data: TaskData, dimension: number) =>
  Effect.gen(function* () {
    const session = yield* Session
    const rows = data.advantages.length
    const features = yield* session.buffer([rows, dimension], data.features)
    const advantage = yield* session.buffer([rows, 1], data.advantages)
    return { rows, features, advantage } satisfies Loaded
  })

/** One executable a row count: tasks of equal size share it. */
const compiledFor = <I extends string, O extends string>(
  make: (rows: number) => E.Either<ArgumentError, T.Program<I, O>>
) => {
  const made = new Map<number, Executable<I, O>>()
  return (rows: number) =>
    Effect.gen(function* () {
      const known = made.get(rows)
      if (known !== undefined) return known
      const session = yield* Session
      const exe = yield* session.compile(yield* fromEither(make(rows)))
      made.set(rows, exe)
      return exe
    })
}

/**
 * Minimises, for all subsets S together,
 *
 *     F_S(x) = 1/|D_S| · Σ_{t ∈ D_S} w_t·log(1 + exp(−y_t·g̃_tᵀx)) + (μ/2)·‖x‖²,    w = |Â|, y = sign Â
 *
 * A task's rows serve every subset that holds it: one product a task and evaluation, whatever the number of subsets.
 *
 * - Source: Zhang et al., equations 3 and 4 (where the printed logarithm lacks its exponential).
 */
export const solveSubsets = Effect.fn("pipeline.solveSubsets")(function* (
  tasks: readonly TaskData[],
  subsets: readonly Subset[],
  config: SolveConfig
) {
  const { dimension } = config
  const members = tasks.map((_, i) => subsets.flatMap((s, k) => (s.includes(i) ? [k] : [])))
  const columns = Math.max(1, ...members.map((m) => m.length))
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const session = yield* Session
      const Real = realOf(session)
      const loaded = yield* Effect.forEach(tasks, (t) => load(t, dimension))
      const compiled = compiledFor((rows) => logisticTask(rows, dimension, columns))
      const hessian = yield* pooledHessian(loaded, dimension)
      const mu =
        typeof config.mu === "number" ? config.mu : config.mu.curvatures * largestEigenvalue(hessian, dimension)
      const precondition = inverseOf(hessian, dimension, mu)
      const problem = lbfgs(subsets.length, dimension, {
        tolerance: config.tolerance,
        noise: NOISE[session.capabilities.dtype],
        ...(precondition === undefined ? {} : { precondition })
      })
      const totals = subsets.map((s) => s.reduce((n, i) => n + loaded[i]!.rows, 0))
      const sums = { loss: new Float64Array(subsets.length), gradient: new Float64Array(subsets.length * dimension) }
      const point = new Real(columns * dimension)
      const out = { loss: new Real(columns), gradient: new Real(columns * dimension) }
      let evaluations = 0
      while (evaluations < config.maxEvaluations) {
        sums.loss.fill(0)
        sums.gradient.fill(0)
        for (let i = 0; i < tasks.length; i++) {
          if (members[i]!.length === 0) continue
          const exe = yield* compiled(loaded[i]!.rows)
          gatherPoints(problem, members[i]!, point)
          const { features, advantage } = loaded[i]!
          yield* exe.run({ features, advantage, x: point }, out)
          addTask(members[i]!, totals, dimension, out, sums)
        }
        addPenalty(problem, mu, sums)
        evaluations++
        if (advance(problem, sums.loss, sums.gradient) === 0) break
        yield* Effect.yieldNow
      }
      return solution(problem, mu, evaluations)
    })
  )
})

/** Rows for each dimension that a preconditioner is worth: more would cost more than the steps they save. */
const ROWS_A_DIMENSION = 20

/** H = Σ_i Φ_iᵀ diag(w_i/4) Φ_i / N over some rows of all tasks: the Hessian of their mean loss at x = 0, `[d, d]`. */
const pooledHessian = Effect.fnUntraced(function* (loaded: readonly Loaded[], dimension: number) {
  const most = Math.ceil((ROWS_A_DIMENSION * dimension) / loaded.length)
  const compiled = compiledFor((rows) => hessianAtZero(rows, Math.min(rows, most), dimension))
  const sum = new Float64Array(dimension * dimension)
  const part = new (realOf(yield* Session))(dimension * dimension)
  let rows = 0
  for (const task of loaded) {
    const exe = yield* compiled(task.rows)
    yield* exe.run({ features: task.features, advantage: task.advantage }, { hessian: part })
    for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!
    rows += Math.min(task.rows, most)
    yield* Effect.yieldNow
  }
  return sum.map((v) => v / Math.max(1, rows))
})

/**
 * λ_max of a positive semidefinite matrix by power iteration; a scale, so two digits are enough. It starts at random, as
 * directions that are easily named may well be orthogonal to what is sought.
 */
const largestEigenvalue = (a: Float64Array, n: number): number => {
  let v = new Float64Array(n)
  fillNormal(stream(child(zeroKey, "power iteration")), v)
  let value = 0
  for (let step = 0; step < 60; step++) {
    const next = new Float64Array(n)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) next[i]! += a[i * n + j]! * v[j]!
    value = Math.sqrt(next.reduce((s, x) => s + x * x, 0))
    if (value === 0) return 0
    v = next.map((x) => x / value)
  }
  return value
}

/**
 * Multiplication by (H + μI)⁻¹: near enough to the inverse Hessian of every subset to leave L-BFGS a handful of steps.
 * Nothing where H + μI is not positive definite (μ = 0 and few rows).
 */
const inverseOf = (hessian: Float64Array, dimension: number, mu: number) => {
  const shifted = hessian.map((v, k) => (k % (dimension + 1) === 0 ? v + mu : v))
  const factor = cholesky(dimension, shifted)
  return E.isLeft(factor) ? undefined : (v: Float64Array): void => choleskySolve(dimension, factor.right, v)
}

const gatherPoints = (o: Lbfgs, members: readonly number[], point: Floats): void => {
  const d = o.dimension
  members.forEach((k, c) => {
    for (let i = 0; i < d; i++) point[c * d + i] = o.x[k * d + i]!
  })
}

/** F of each of some subsets, and its gradients one after another. */
interface Losses<A extends Floats = Floats> {
  readonly loss: A
  readonly gradient: A
}

/** Adds the losses of one task, which its members' places hold, to those of all subsets. */
const addTask = (
  members: readonly number[],
  totals: readonly number[],
  d: number,
  task: Losses,
  sums: Losses<Float64Array>
): void => {
  members.forEach((k, c) => {
    sums.loss[k]! += task.loss[c]! / totals[k]!
    for (let i = 0; i < d; i++) sums.gradient[k * d + i]! += task.gradient[c * d + i]! / totals[k]!
  })
}

const addPenalty = (o: Lbfgs, mu: number, { loss, gradient }: Losses<Float64Array>): void => {
  const d = o.dimension
  for (let k = 0; k < o.problems; k++) {
    let squares = 0
    for (let i = 0; i < d; i++) {
      const v = o.x[k * d + i]!
      squares += v * v
      gradient[k * d + i]! += mu * v
    }
    loss[k]! += (mu / 2) * squares
  }
}

const solution = (o: Lbfgs, mu: number, evaluations: number): Solution => ({
  mu,
  x: o.best,
  objective: o.loss,
  gradientNorm: Float64Array.from({ length: o.problems }, (_, k) => gradientNorm(o, k)),
  iterations: o.iterations,
  evaluations
})

/**
 * Mean loss of every task at every given point, `[tasks, points]` row-major: minus the estimated performance f_i.
 *
 * - Shapes: `x` is `[points, dimension]`.
 */
export const taskLosses = Effect.fn("pipeline.taskLosses")(function* (
  tasks: readonly TaskData[],
  x: Float64Array,
  dimension: number
) {
  const points = x.length / dimension
  const out = new Float64Array(tasks.length * points)
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const loss = new (realOf(yield* Session))(points)
      const compiled = compiledFor((rows) => lossOnly(rows, dimension, points))
      for (let i = 0; i < tasks.length; i++) {
        const data = tasks[i]!
        const rows = data.advantages.length
        const exe = yield* compiled(rows)
        yield* exe.run({ features: data.features, advantage: data.advantages, x }, { loss })
        for (let k = 0; k < points; k++) out[i * points + k] = loss[k]! / rows
      }
      return out
    })
  )
})
