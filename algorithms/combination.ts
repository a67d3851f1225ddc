/** The gradients of several tasks as one direction: what every learner that takes an aggregator does with it. */
import * as E from "fp-ts/lib/Either.js"
import type { Aggregator, AggregatorState, TaskGradients } from "../core/aggregate/mod.ts"
import type { ArgumentError } from "../core/failure/mod.ts"
import { add, concat, matmul, type Program, program, reshape, size, slice, type Tensor } from "../core/program/mod.ts"
import type { Floats, Stream } from "../core/random/mod.ts"
import type { RealConstructor } from "../core/service/real.ts"
import type { TrainingProblem } from "./algorithm.ts"
import { problemError } from "./error.ts"

type Numbers = Float32Array | Float64Array

/** What an aggregator is asked by, and what it answers: between the program that computes gradients and the one that steps on them. */
export interface Combiner {
  readonly by: Aggregator["by"]
  /** G and the tasks' losses, for programs to fill where weights go by them: `[tasks, tasks]`, `[tasks]`. */
  readonly gram: Numbers
  readonly losses: Numbers
  /** The losses after the step, for a program to fill; without `settles` nobody reads them. */
  readonly after: Numbers
  readonly settles: boolean
  /** What {@link Combiner.weigh} made of them: `[tasks]`. */
  readonly weights: Numbers
  /** Asks the aggregator in this iteration; `s` is for those that draw. */
  readonly weigh: (s: Stream, iteration: number) => void
  /** Tells it what the step did. */
  readonly settle: () => void
  /** What it remembers, by name, each under `aggregator.` and whatever `part` it is of. */
  readonly names: readonly string[]
  readonly save: () => Readonly<Record<string, Floats>>
  /** From arrays among which are its own. */
  readonly load: (arrays: Readonly<Record<string, Floats>>) => void
}

/** Errors: `ArgumentError` where there is one loss and nothing to combine. */
export const checkSeveral = ({
  aggregator,
  tasks
}: Pick<TrainingProblem, "aggregator" | "tasks">): E.Either<ArgumentError, undefined> =>
  aggregator === undefined || tasks.length > 1
    ? E.right(undefined)
    : E.left(problemError("aggregator", "none with one task, which has one loss (or two tasks)", aggregator.id))

/** Makes the combination of so many tasks' gradients ready. */
export const combiner = (aggregator: Aggregator, tasks: number, Real: RealConstructor, part = ""): Combiner => {
  const gram = new Real(tasks * tasks).fill(Number.NaN)
  const [losses, after, weights] = [new Real(tasks).fill(Number.NaN), new Real(tasks), new Real(tasks)]
  let state: AggregatorState = aggregator.first(tasks)
  let asked: TaskGradients | undefined
  const nameOf = (name: string): string => `aggregator.${part}${name}`
  return {
    by: aggregator.by,
    gram,
    losses,
    after,
    weights,
    settles: aggregator.settle !== undefined,
    weigh: (stream, iteration) => {
      const accuracy = gram instanceof Float32Array ? 2 ** -20 : 2 ** -48
      asked = { tasks, gram: Float64Array.from(gram), accuracy, losses: Float64Array.from(losses), iteration, stream }
      const weighed = aggregator.weigh(asked, state)
      state = weighed.state
      weights.set(weighed.weights)
    },
    settle: () => {
      if (asked !== undefined) state = aggregator.settle?.(asked, Float64Array.from(after), state) ?? state
    },
    names: Object.keys(state).map(nameOf),
    save: () => Object.fromEntries(Object.entries(state).map(([name, v]) => [nameOf(name), v])),
    load: (arrays) => {
      const entries = Object.entries(state).map(
        ([name, v]) => [name, Float64Array.from(arrays[nameOf(name)] ?? v)] as const
      )
      state = Object.fromEntries(entries)
    }
  }
}

/** The pieces that a vector is joined of, as a gradient is of its layers'. */
const piecesOf = (x: Tensor): readonly Tensor[] =>
  x.op.kind === "concat" && x.shape.length === 1 ? x.args.flatMap(piecesOf) : [x]

/** Pieces of a task's gradient under names, as outputs of what is done for each task. */
export const named = (gradient: Tensor): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(piecesOf(gradient).map((piece, i) => [`piece${i}`, piece]))

/**
 * All tasks' gradients and their Gram matrix, from the pieces of each: G = Σ_p J_p J_pᵀ.
 *
 * Piece after piece, of each first one task's, then the next one's: that is how products write them, and how sums over tasks read
 * them, so that nothing is moved.
 *
 * - Shapes: each piece `[tasks, …]`; `taskGradients` `[tasks · size]`, `gram` `[tasks, tasks]`.
 */
export const gathered = (pieces: Readonly<Record<string, Tensor>>) => {
  const all = Object.keys(pieces)
    .filter((name) => name.startsWith("piece"))
    .map((name) => reshape(pieces[name]!, [pieces[name]!.shape[0]!, size(pieces[name]!.shape.slice(1))]))
  return {
    taskGradients: concat(
      all.map((p) => reshape(p, [size(p.shape)])),
      0
    ),
    gram: all.map((p) => matmul(p, p, { transposeB: true })).reduce((a, b) => add(a, b))
  }
}

/** How many numbers each piece of a gradient has, in a program with {@link gathered}'s outputs. */
export const pieceSizes = (p: Program<string, "taskGradients">, tasks: number): readonly number[] =>
  piecesOf(p.outputs.taskGradients).map((piece) => size(piece.shape) / tasks)

/** G_ij = ⟨g_i, g_j⟩ of gradients one after another. */
export const gramProgram = (tasks: number, length: number) =>
  program("gram", { taskGradients: [tasks, length] }, ({ taskGradients: g }) => ({
    gram: matmul(g, g, { transposeB: true })
  }))

/**
 * Σ_i w_i g_i, of gradients that lie piece by piece.
 *
 * - Shapes: `weights` `[tasks]`, `taskGradients` `[tasks · size]`; result `[size]`.
 */
export const combination = (weights: Tensor, taskGradients: Tensor, sizes: readonly number[]): Tensor => {
  const tasks = weights.shape[0] ?? 0
  let at = 0
  const pieces = sizes.map((length) => {
    const piece = reshape(slice(taskGradients, [at], [tasks * length]), [tasks, length])
    at += tasks * length
    return reshape(matmul(reshape(weights, [1, tasks]), piece), [length])
  })
  return concat(pieces, 0)
}
