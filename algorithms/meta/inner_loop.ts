/** Each task played under parameters of its own, and those parameters adapted to it: the inner loop. */
import { Effect, type Scope } from "effect"
import { perExample } from "../../core/program/mod.ts"
import type { Floats, Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type RealConstructor, realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { Problem } from "../algorithm.ts"
import { actProgram, checkFault, makeRolloutBuffer, pauseEvery, rollout } from "../environment_runner.ts"
import type { LearnerError } from "../error.ts"
import type { Actor } from "../policy.ts"
import type { EnvironmentRunner } from "../rollouts.ts"
import { estimate, finiteTask, type Played, played, takeTask } from "./advantage.ts"
import type { Estimation } from "./estimation.ts"
import { parts } from "./sample.ts"

/** One rollout of all tasks as programs take it: task by task, each part `[tasks, n, …]`. */
export type RolloutData = Readonly<Record<(typeof parts)[number], Float32Array | Float64Array>>

/** What one rollout gave. */
export interface RolloutResult {
  /** One a task. */
  readonly played: readonly Played[]
  /** Tasks with a reward or log-probability that is not finite. */
  readonly broken: readonly number[]
}

/** What adapts. */
export interface InnerLearner {
  /** Moves every task's own θ_i by that task's part of the data: step k of the adaptation, counted from 0. */
  readonly step: (data: RolloutData, k: number) => Effect.Effect<void, LearnerError>
}

/** Makes an inner learner ready for n transitions a task; `theta` `[tasks, p]` holds all θ_i. */
export type MakeInner<L extends InnerLearner = InnerLearner> = (
  theta: Buffer,
  n: number
) => Effect.Effect<L, LearnerError, Session | Scope.Scope>

/**
 * Makes the inner loop ready: `play` fills rollout data under each task's own θ_i, `learner.step` moves
 * every θ_i.
 *
 * Whoever plays for a training (`problem.rollouts`) has one θ for all tasks; here each task has its own, so this plays
 * by itself.
 */
export const innerLoop = Effect.fn("innerLoop")(function* <L extends InnerLearner>(
  c: Estimation,
  { policy, tasks, environmentsPerTask: each }: Problem,
  x: EnvironmentRunner,
  steps: number,
  make: MakeInner<L>
) {
  const session = yield* Session
  const Real = realOf(session)
  const n = steps * each
  const size = tasks.length
  const theta = yield* session.buffer([size, policy.size])
  const single = yield* actProgram(policy, each)
  const acting = yield* session.compile(
    yield* fromEither(perExample({ batched: ["parameters", "observation"], size })(single))
  )
  const learner = yield* make(theta, n)
  const { actor, head } = actorOfEach(
    x.actor,
    Array.from({ length: size }, () => policy.actor(each, 1, Real)),
    Real
  )
  const own: EnvironmentRunner = { ...x, actor }
  const call = acting.run({ parameters: theta, observation: x.input }, head)
  const act = { call, pause: pauseEvery(acting.cost.flops) }
  const e = makeRolloutBuffer(steps, x, policy, Real)

  return {
    /** Room for one rollout. */
    data: (): RolloutData => ({
      observation: new Real(size * n * policy.inputs),
      action: new Real(size * n * policy.actionSize),
      logProb: new Real(size * n),
      advantage: new Real(size * n)
    }),
    /** What the environments gave in the last rollout. */
    rows: e.rows,
    /** θ for every task. */
    start: (at: Floats) => {
      const all = new Real(size * policy.size)
      for (let t = 0; t < size; t++) all.set(at, t * policy.size)
      return session.write(theta, all)
    },
    /** θ_i of every task, one after the other: where they are, and their numbers. */
    theta,
    read: session.read(theta),
    play: Effect.fnUntraced(function* (streams: readonly Stream[], into: RolloutData) {
      x.reset()
      yield* checkFault(x)
      yield* rollout(own, act, streams, e)
      const all: Played[] = []
      const broken: number[] = []
      for (let t = 0; t < size; t++) {
        const r = takeTask(x, e, t, each)
        if (finiteTask(r)) yield* fromEither(estimate(c, r, each, policy.inputs))
        else broken.push(t)
        for (const part of parts) into[part].set(r[part], (t * into[part].length) / size)
        all.push(played(e, r))
      }
      return { played: all, broken } satisfies RolloutResult
    }),
    learner
  }
})

/** One actor for the tasks' own parameters: a Gaussian's deviations may differ from task to task. */
const actorOfEach = (all: Actor, each: readonly Actor[], Real: RealConstructor) => {
  const head: Record<string, Float32Array | Float64Array> = {}
  for (const [name, own] of Object.entries(each[0]?.head ?? {})) head[name] = new Real(own.length * each.length)
  const fill = (g: number): Actor => {
    const own = each[g]!
    for (const [name, to] of Object.entries(own.head)) {
      to.set(head[name]!.subarray(g * to.length, (g + 1) * to.length))
    }
    return own
  }
  const drawn = (g: number, own: Actor): void => {
    all.action.set(own.action, g * own.action.length)
    all.logProb.set(own.logProb, g * own.logProb.length)
  }
  const actor: Actor = {
    ...all,
    sample: (g, s) => {
      const own = fill(g)
      own.sample(0, s)
      drawn(g, own)
    },
    mode: (g) => {
      const own = fill(g)
      own.mode(0)
      drawn(g, own)
    }
  }
  return { actor, head }
}
