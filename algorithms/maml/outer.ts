/** The outer learners as what they do to θ and α with the tasks' meta-gradients; any of them serves any inner learner. */

import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import type { Optimizer } from "../../core/optim/mod.ts"
import { type Program, perExample, size } from "../../core/program/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Argument, type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import { trustStep } from "../meta/trust_region.ts"
import type { Policy } from "../policy.ts"
import type { Maml } from "./config.ts"
import { type MetaObjective, metaSize, outerProgram } from "./mathematics.ts"
import { fisherProgram, trialProgram } from "./trust_region.ts"

/** Where the learned numbers are, and what the outer learner is given to change them by. */
export interface Place {
  readonly theta: Buffer
  readonly rate: Buffer
  /** The tasks' meta-gradients: `[tasks, metaSize]`. */
  readonly gradient: Buffer
  /** Inputs that hold a leading axis over tasks. */
  readonly batched: readonly string[]
}

/** Moves θ and α. */
export interface Outer {
  /** Lengths of what it carries from one iteration to the next, by name; all 0 at the start. */
  readonly carried: Readonly<Record<string, number>>
  readonly restore: (name: string, values: Floats) => Effect.Effect<void, SessionFailure>
  readonly read: Effect.Effect<Readonly<Record<string, Floats>>, SessionFailure>
  /** Gives its own metrics; `inputs` are those of the meta-gradient's program. */
  readonly step: (
    inputs: Readonly<Record<string, Argument>>,
    weight: Float64Array
  ) => Effect.Effect<Readonly<Record<string, number>>, SessionFailure>
}

/** An optimiser on the weighted mean of the meta-gradients. */
export const optimizerOuter = Effect.fn("maml.optimizerOuter")(function* (
  c: Maml,
  optimizer: Optimizer<string>,
  policy: Policy,
  tasks: number,
  { theta, rate, gradient }: Place
) {
  const session = yield* Session
  const Real = realOf(session)
  const shapes = optimizer.state(metaSize(c, policy))
  const state: Record<string, Buffer> = {}
  for (const [name, shape] of Object.entries(shapes)) state[name] = yield* session.buffer(shape)
  const moving = yield* session.compile(yield* fromEither(outerProgram(c, optimizer, policy, tasks)))
  const norm = new Real(1)
  const moved = { theta, rate, ...state }
  return {
    carried: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, size(shape)])),
    restore: (name, values) => {
      const to = state[name]
      return to === undefined ? Effect.void : session.write(to, values)
    },
    read: Effect.all(Object.fromEntries(Object.entries(state).map(([name, at]) => [name, session.read(at)]))),
    step: Effect.fnUntraced(function* (_inputs, weight) {
      yield* moving.run({ ...moved, gradient, weight }, { ...moved, gradientNorm: norm })
      return { metaGradientNorm: norm[0]! }
    })
  } satisfies Outer
})

/** The natural-gradient step within a trust region of the adapted policies; carries nothing. */
export const trustOuter = Effect.fn("maml.trustOuter")(function* (objective: MetaObjective, tasks: number, at: Place) {
  const { config: c, policy } = objective
  const session = yield* Session
  const Real = realOf(session)
  const size = metaSize(c, policy)
  const p = policy.size
  const forAll = <O extends string>(one: E.Either<ArgumentError, Program<string, O>>, left: readonly string[]) =>
    pipe(
      one,
      E.chain(perExample({ batched: at.batched.filter((name) => !left.includes(name)), size: tasks })),
      fromEither,
      Effect.flatMap(session.compile)
    )
  const fisher = yield* forAll(fisherProgram(objective), ["score"])
  const trial = yield* forAll(trialProgram(objective), [])
  const out = { product: new Real(tasks * size), loss: new Real(tasks), kl: new Real(tasks) }

  return {
    carried: {},
    restore: () => Effect.void,
    read: Effect.succeed({}),
    step: Effect.fnUntraced(function* (inputs, weight) {
      /** Σ_i w_i x_i over the tasks' rows of so many numbers. */
      const meanOver = (x: Floats, width: number): Float64Array => {
        const mean = new Float64Array(width)
        for (let t = 0; t < tasks; t++) for (let i = 0; i < width; i++) mean[i]! += weight[t]! * x[t * width + i]!
        return mean
      }
      const was = { theta: yield* session.read(at.theta), rate: yield* session.read(at.rate) }
      const moved = (step: Float64Array) => ({
        theta: Real.from(was.theta.entries().map(([i, v]) => v + step[i]!)),
        rate: c.inner.learnRates ? Real.from(was.rate.entries().map(([i, v]) => v + step[p + i]!)) : was.rate
      })
      const { score, ...seen } = inputs
      const gradient = meanOver(yield* session.read(at.gradient), size)
      const { step, improvement, kl, refused, residual } = yield* trustStep(
        c.outer.trust,
        gradient,
        Effect.fnUntraced(function* (direction: Float64Array) {
          yield* fisher.run({ ...seen, direction }, { product: out.product })
          return meanOver(out.product, size)
        }),
        Effect.fnUntraced(function* (step: Float64Array) {
          const next = moved(step)
          const all = { ...seen, score: score!, ...next, oldTheta: was.theta, oldRate: was.rate }
          yield* trial.run(all, { loss: out.loss, kl: out.kl })
          return { loss: meanOver(out.loss, 1)[0]!, kl: meanOver(out.kl, 1)[0]! }
        })
      )
      const next = moved(step)
      yield* session.write(at.theta, next.theta)
      yield* session.write(at.rate, next.rate)
      const metaGradientNorm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0))
      return { metaGradientNorm, improvement, stepKl: kl, stepsRefused: refused, stepResidual: residual }
    })
  } satisfies Outer
})
