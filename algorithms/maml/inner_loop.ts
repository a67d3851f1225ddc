/** Each task played under parameters of its own, and those parameters adapted to it: the inner loop. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { perExample } from "../../core/program/mod.ts"
import type { Floats, Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type RealConstructor, realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { Problem } from "../algorithm.ts"
import { actProgram, checkFault, makeRolloutBuffer, pauseEvery, rollout } from "../environment_runner.ts"
import type { Actor } from "../policy.ts"
import type { EnvironmentRunner } from "../rollouts.ts"
import { estimate, finiteTask, type Played, played, takeTask } from "./advantage.ts"
import type { Maml } from "./config.ts"
import { adaptProgram, parts } from "./mathematics.ts"

/** One rollout of all tasks as programs take it: task by task, each part `[tasks, n, …]`. */
export type RolloutData = Readonly<Record<(typeof parts)[number], Float32Array | Float64Array>>

/** What one rollout gave. */
export interface RolloutResult {
  /** One a task. */
  readonly played: readonly Played[]
  /** Tasks with a reward or log-probability that is not finite. */
  readonly broken: readonly number[]
}

/**
 * Makes the inner loop ready: `play` fills rollout data under each task's own θ_i, `step` moves every θ_i by a
 * gradient step an epoch on that task's part of the data, all tasks in one call. α is what `rate` holds.
 *
 * Whoever plays for a training (`problem.rollouts`) has one θ for all tasks; here each task has its own, so this plays
 * by itself.
 */
export const innerLoop = Effect.fn("maml.innerLoop")(function* (
  c: Maml,
  { policy, tasks, environmentsPerTask: each }: Problem,
  x: EnvironmentRunner,
  rate: Buffer,
  steps: number
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
  const adapting = yield* session.compile(
    yield* fromEither(pipe(adaptProgram(c, policy, n), E.chain(perExample({ batched: ["theta", ...parts], size }))))
  )
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
    /** θ_i of every task, one after the other. */
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
    step: (data: RolloutData) => adapting.run({ rate, theta, ...data }, { theta })
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
