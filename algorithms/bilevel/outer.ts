/** The hypergradients of all tasks, and TRPO's step of the meta-parameter along their mean. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { norm } from "../../core/linalg/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import type { Problem } from "../algorithm.ts"
import { pauseEvery } from "../environment_runner.ts"
import type { RolloutData } from "../meta/inner_loop.ts"
import { trustStep } from "../meta/trust_region.ts"
import { forAll, keepRollout, type solver } from "./adaptation.ts"
import { implicitPrograms, metaDivergenceProgram, metaFisherProgram, slopeProgram } from "./hypergradient.ts"
import type { InnerProblem } from "./inner_problem.ts"
import { type Solution, solveSystems } from "./system.ts"

/** Where an iteration's numbers are: ϕ `[p]`, the inner loop's θ and rollouts, and the rollouts after adaptation. */
export interface Place {
  readonly phi: Buffer
  readonly inner: {
    readonly theta: Buffer
    readonly start: (at: Floats) => Effect.Effect<void, SessionFailure>
    readonly learner: { readonly adapting: Effect.Success<ReturnType<typeof solver>> }
  }
  readonly after: RolloutData
}

/** What the tasks' hypergradients came to, one a task. */
export interface Hypergradients {
  /** `[p]` each. */
  readonly gradients: readonly Float64Array[]
  readonly norms: readonly number[]
  readonly solutions: readonly Solution[]
  readonly loss: readonly number[]
  readonly kl: readonly number[]
  readonly finite: (task: number) => boolean
}

/** Makes lines 6 and 7 of Algorithm 2 ready. */
export const outer = Effect.fn("bilevel.outer")(function* (
  problem: InnerProblem,
  tasks: Problem["tasks"],
  { phi, inner, after }: Place
) {
  const session = yield* Session
  const Real = realOf(session)
  const [p, count] = [problem.policy.size, tasks.length]
  const { theta, learner } = inner
  const { phi: phis, kept, blocks, rows } = learner.adapting
  const shown = yield* keepRollout(problem, count)
  const sloping = yield* forAll(slopeProgram(problem), count)
  const { first, curvature, mixed } = yield* fromEither(implicitPrograms({ ...problem, n: rows }))
  const passing = yield* forAll(E.right(first), count)
  const curving = yield* forAll(E.right(curvature), count)
  const mixing = yield* forAll(E.right(mixed), count)
  const passed: Record<string, Buffer>[] = []
  for (const _ of blocks) {
    const own: Record<string, Buffer> = {}
    for (const [name, { shape }] of Object.entries(first.outputs)) own[name] = yield* session.buffer([count, ...shape])
    passed.push(own)
  }
  const fisher = yield* forAll(metaFisherProgram(problem), count, ["phi", "direction"])
  const diverging = yield* forAll(metaDivergenceProgram(problem), count, ["phi", "old"])
  const pause = pauseEvery(curving.cost.flops)
  const out = {
    slope: new Real(count * p),
    product: new Real(count * p),
    gradient: new Real(count * p),
    loss: new Real(count),
    kl: new Real(count)
  }
  const wide = new Real(count * p)
  const rowsOf = (all: Floats): readonly Float64Array[] =>
    tasks.map((_, t) => Float64Array.from(all.subarray(t * p, (t + 1) * p)))
  const spread = (rows: readonly (Float64Array | undefined)[]) => {
    wide.fill(0)
    for (const [t, row] of rows.entries()) if (row !== undefined) wide.set(row, t * p)
    return wide
  }
  const seenBy = blocks.map((data, b) => ({ theta, phi: phis, ...data, ...passed[b], direction: wide }))
  const passings = blocks.map((data, b) => passing.run({ theta, phi: phis, ...data }, passed[b]!))
  const curved = seenBy.map((seen) => curving.run(seen, { product: out.product }))
  const mixings = seenBy.map((seen) => mixing.run(seen, { gradient: out.gradient }))
  /** What calls of all blocks give for these directions, in the mean: a row a task. */
  const overBlocks = Effect.fnUntraced(function* (
    calls: typeof curved | typeof mixings,
    result: Floats,
    directions: readonly (Float64Array | undefined)[]
  ) {
    spread(directions)
    const total = new Float64Array(count * p)
    for (const call of calls) {
      yield* call
      for (let i = 0; i < total.length; i++) total[i]! += result[i]! / calls.length
    }
    yield* pause
    return rowsOf(total)
  })
  /** Mean over tasks of rows of so many numbers. */
  const meanOver = (all: Floats, width: number): Float64Array => {
    const mean = new Float64Array(width)
    for (let t = 0; t < count; t++) for (let i = 0; i < width; i++) mean[i]! += all[t * width + i]! / count
    return mean
  }
  /** The mean loss of what is adapted, on the rollouts after adaptation. */
  const lossOf = Effect.fnUntraced(function* () {
    yield* sloping.run({ theta, ...shown.kept }, { slope: out.slope, loss: out.loss, kl: out.kl })
    return meanOver(out.loss, 1)[0]!
  })

  return {
    /** Line 6: each task's ∇_ϕ L(θ′), at what was last adapted. */
    hypergradients: Effect.gen(function* () {
      yield* shown.write(after)
      yield* lossOf()
      const [loss, kl] = [Array.from(out.loss), Array.from(out.kl)]
      // What all products share: the passes through the network.
      yield* Effect.all(passings)
      const solutions = yield* solveSystems(problem.config, rowsOf(out.slope), (directions) =>
        overBlocks(curved, out.product, directions)
      )
      const directions = solutions.map((s) => s.x)
      const gradients = yield* overBlocks(mixings, out.gradient, directions)
      const norms = gradients.map(norm)
      const finite = (t: number) => [loss[t], kl[t], norms[t]].every(Number.isFinite)
      return { gradients, norms, solutions, loss, kl, finite } satisfies Hypergradients
    }),
    /** Line 7: ϕ moves as far as its own policy may on the rollouts of the meta-policy, and no trial makes the loss more. */
    step: Effect.fnUntraced(function* (found: Hypergradients) {
      const was = yield* session.read(phi)
      const { observation } = kept
      const before = found.loss.reduce((sum, l) => sum + l / count, 0)
      const gradient = was.map((_, i) => found.gradients.reduce((sum, g) => sum + g[i]! / count, 0))
      const movedBy = (step: Float64Array) => Real.from(was.entries().map(([i, v]) => v + step[i]!))
      const { step, improvement, kl, refused, residual } = yield* trustStep(
        problem.config.trust,
        Float64Array.from(gradient),
        Effect.fnUntraced(function* (direction: Float64Array) {
          yield* fisher.run({ phi, observation, direction: Real.from(direction) }, { product: out.product })
          return meanOver(out.product, p)
        }),
        Effect.fnUntraced(function* (step: Float64Array) {
          if (step.every((s) => s === 0)) return { loss: before, kl: 0 }
          const next = movedBy(step)
          yield* inner.start(next)
          yield* learner.adapting.solve
          const loss = yield* lossOf()
          yield* diverging.run({ phi: next, old: was, observation }, { kl: out.kl })
          return { loss, kl: meanOver(out.kl, 1)[0]! }
        })
      )
      yield* session.write(phi, movedBy(step))
      const metaGradientNorm = norm(gradient)
      return { metaGradientNorm, improvement, stepKl: kl, stepsRefused: refused, stepResidual: residual }
    })
  }
})
