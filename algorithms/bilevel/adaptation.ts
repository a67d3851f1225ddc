/** Adam on the inner problems of all tasks together, and how well they were solved. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { type Program, perExample, size } from "../../core/program/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import { pauseEvery } from "../environment_runner.ts"
import type { RolloutData } from "../meta/inner_loop.ts"
import { parts } from "../meta/sample.ts"
import { adamProgram, certificateProgram, type InnerProblem, innerState } from "./inner_problem.ts"

/** One rollout of all tasks, kept in the session: each part `[tasks, n, …]`. */
export type Kept = Readonly<Record<(typeof parts)[number], Buffer>>

/** Room in the session for a rollout of each task. */
export const keepRollout = Effect.fnUntraced(function* ({ policy, n }: InnerProblem, tasks: number) {
  const session = yield* Session
  const action = policy.actionShape(n)
  const kept: Kept = {
    observation: yield* session.buffer([tasks, n, policy.inputs]),
    action: yield* session.buffer([tasks, ...action]),
    logProb: yield* session.buffer([tasks, n]),
    advantage: yield* session.buffer([tasks, n])
  }
  const write = (data: RolloutData) => Effect.forEach(parts, (part) => session.write(kept[part], data[part]))
  return { kept, write }
})

/** Rows of a block, of all tasks together, most: what a curvature's product passes through then stays in a core's caches. */
const BLOCK_ROWS = 1024
/** Rows of a task's part of a block, least: matrix products of fewer are slow. */
const LEAST_ROWS = 64

/** Into how many equal blocks the rows of every task are cut; what is a mean over rows is the mean of theirs. */
const blocksOf = (n: number, tasks: number): number => {
  for (let blocks = Math.ceil((n * tasks) / BLOCK_ROWS); blocks * LEAST_ROWS <= n; blocks++)
    if (n % blocks === 0) return blocks
  return 1
}

/** Room for a rollout of each task in blocks of equally many rows. */
const keepBlocks = Effect.fnUntraced(function* (problem: InnerProblem, tasks: number) {
  const Real = realOf(yield* Session)
  const { n } = problem
  const count = blocksOf(n, tasks)
  const rows = n / count
  const each = yield* Effect.replicateEffect(keepRollout({ ...problem, n: rows }, tasks), count)
  const partOf = (all: RolloutData[keyof RolloutData], block: number) => {
    const width = all.length / (tasks * n)
    const part = new Real(tasks * rows * width)
    for (let t = 0; t < tasks; t++) {
      const from = (t * n + block * rows) * width
      part.set(all.subarray(from, from + rows * width), t * rows * width)
    }
    return part
  }
  const write = (data: RolloutData) =>
    Effect.forEach(each, (to, block) =>
      to.write({
        observation: partOf(data.observation, block),
        action: partOf(data.action, block),
        logProb: partOf(data.logProb, block),
        advantage: partOf(data.advantage, block)
      })
    )
  return { blocks: each.map((to) => to.kept), rows, write }
})

/** A program of one task made one of all tasks; inputs that are no `shared` one have a place for each. */
export const forAll = Effect.fnUntraced(function* <O extends string>(
  one: E.Either<ArgumentError, Program<string, O>>,
  tasks: number,
  shared: readonly string[] = []
) {
  const session = yield* Session
  const own = (p: Program<string, O>) => Object.keys(p.inputs).filter((name) => !shared.includes(name))
  const all = pipe(
    one,
    E.chain((p: Program<string, O>) => perExample({ batched: own(p), size: tasks })(p))
  )
  return yield* session.compile(yield* fromEither(all))
})

/** How well each task's inner problem was solved. */
export interface Certificate {
  /** ‖∇g(θ′)‖ over ‖∇g(ϕ)‖, one a task: 0 where it is solved. */
  readonly relative: readonly number[]
  /** ‖∇g(θ′)‖. */
  readonly gradientNorm: readonly number[]
  /** g(ϕ) − g(θ′): what solving it gained. */
  readonly gained: readonly number[]
}

/**
 * Makes adaptation ready: θ ← argmin g by Adam from ϕ, all tasks in each call; `theta` `[tasks, p]` holds ϕ before and θ′ after.
 *
 * - Source: Xu and Zhu, NeurIPS 2024, algorithm 2, line 5.
 */
export const solver = Effect.fn("bilevel.solver")(function* (problem: InnerProblem, tasks: number, theta: Buffer) {
  const session = yield* Session
  const Real = realOf(session)
  const phi = yield* session.buffer([tasks, problem.policy.size])
  const { kept, write } = yield* keepRollout(problem, tasks)
  const cut = yield* keepBlocks(problem, tasks)
  const stepping = yield* forAll(adamProgram(problem), tasks)
  const certifying = yield* forAll(certificateProgram(problem), tasks)
  const state: Record<string, Buffer> = {}
  for (const [name, shape] of Object.entries(innerState(problem.policy)))
    state[name] = yield* session.buffer([tasks, ...shape])
  const pause = pauseEvery(stepping.cost.flops)
  const figures = () => ({ objective: new Real(tasks), gradientNorm: new Real(tasks) })
  const [before, after] = [figures(), figures()]
  const each = (f: (t: number) => number): readonly number[] => Array.from({ length: tasks }, (_, t) => f(t))

  return {
    /** What was last solved: ϕ `[tasks, p]` and the rollouts. */
    phi,
    kept,
    /** The same rollouts cut into blocks, each of so many rows of every task. */
    blocks: cut.blocks,
    rows: cut.rows,
    /** Keeps rollouts of the meta-policy. */
    keep: Effect.fnUntraced(function* (data: RolloutData) {
      yield* write(data)
      yield* cut.write(data)
    }),
    /** From what θ is, which becomes ϕ, on the rollouts that are kept. */
    solve: Effect.gen(function* () {
      yield* session.write(phi, yield* session.read(theta))
      for (const at of Object.values(state)) yield* session.write(at, new Real(size(at.shape)))
      yield* certifying.run({ theta, phi, ...kept }, before)
      for (let k = 0; k < problem.config.inner.iterations; k++) {
        yield* stepping.run({ theta, phi, ...state, ...kept }, { theta, ...state })
        yield* pause
      }
      yield* certifying.run({ theta, phi, ...kept }, after)
      return {
        relative: each((t) => (before.gradientNorm[t] === 0 ? 0 : after.gradientNorm[t]! / before.gradientNorm[t]!)),
        gradientNorm: each((t) => after.gradientNorm[t]!),
        gained: each((t) => before.objective[t]! - after.objective[t]!)
      } satisfies Certificate
    })
  }
})
