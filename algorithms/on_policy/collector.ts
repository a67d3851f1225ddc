/** Transitions at fixed parameters, with advantages: what the surrogate learns from. */
import { Effect, Semaphore } from "effect"
import { type Key, zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import type { Collector, Fixed, Problem, Transitions } from "../algorithm.ts"
import {
  actionStreams,
  actProgram,
  environmentRunner,
  makeRolloutBuffer,
  pauseEvery,
  rollout
} from "../environment_runner.ts"
import { problemError } from "../error.ts"
import type { RolloutBuffer } from "../rollouts.ts"
import { type Estimates, type MakeValue, makeEstimates, valueEstimator } from "./advantage.ts"
import { type Networks, networks, valueProgram } from "./networks.ts"
import type { Loop } from "./objective.ts"

/**
 * Values by the value network.
 *
 * - Errors: `ArgumentError` where environments do not open or the policy makes no program; `SessionError`, `SessionLost` of the
 *   session.
 */
export const collector = (c: Pick<Loop, "gamma" | "lambda">, problem: Problem) => {
  const n = networks(problem.policy)
  return collectorOf(c, problem, n.layout, (rows) => valueProgram(n, rows))
}

/**
 * Makes collecting ready, with the values of any critic; its programs are freed with the scope, its numbers are the
 * caller's. The value program's `parameters` are all of the layout.
 */
export const collectorOf = Effect.fn("collector")(function* (
  c: Pick<Loop, "gamma" | "lambda">,
  problem: Problem,
  layout: Networks["layout"],
  makeValue: MakeValue
) {
  const { policy, tasks, environmentsPerTask } = problem
  const session = yield* Session
  const Real = realOf(session)
  const parameters = yield* session.buffer([layout.size])
  const envs = tasks.length * environmentsPerTask
  const acting = yield* session.compile(yield* actProgram(policy, envs, layout.size))
  const pause = pauseEvery(acting.cost.flops)
  const estimate = yield* valueEstimator(c, policy.inputs, makeValue, parameters)
  // One collection uses the buffers at a time; a second caller waits.
  const turn = yield* Semaphore.make(1)
  // Refuses a wrong problem now, not at the first use.
  yield* Effect.scoped(environmentRunner(problem, zeroKey, Real))

  const collect = Effect.fn("collect")(
    function* (at: Fixed, steps: number, key: Key) {
      const all = new Real(layout.size)
      for (const name of ["policy", "value"] as const) {
        const want = layout.host(all, name).length
        if (at[name].length !== want)
          return yield* Effect.fail(problemError(name, `${want} parameters`, String(at[name].length)))
        layout.host(all, name).set(at[name])
      }
      yield* session.write(parameters, all)
      const x = yield* environmentRunner(problem, key, Real)
      yield* fromEither(x.normaliser.set(at.moments))
      x.reset()
      const act = { call: acting.run({ parameters, observation: x.input }, x.actor.head), pause }
      const e = makeRolloutBuffer(Math.ceil(steps / environmentsPerTask), x, policy, Real)
      const estimates = makeEstimates(e.count)
      yield* rollout(x, act, actionStreams(key, tasks), e)
      yield* estimate(x, e, estimates)
      const reached = e.rows.nextObservation
      for (let at = 0; at < reached.length; at += x.batch.observationSize) x.normaliser.observation(reached, at)
      // In the environment's own unit, as its rewards.
      const unit = x.normaliser.unit()
      for (const all of [estimates.value, estimates.next, estimates.advantage]) {
        for (let i = 0; i < all.length; i++) all[i]! *= unit
      }
      return tasks.map((_, task) => transitionsOf(problem, task, e, estimates))
    },
    Effect.scoped,
    turn.withPermit
  )

  return { collect } satisfies Collector
})

/** The rows of one of the problem's tasks. */
const transitionsOf = (
  { tasks, environmentsPerTask: each }: Problem,
  task: number,
  e: RolloutBuffer,
  x: Estimates
): Transitions => {
  const envs = tasks.length * each
  const steps = e.count / envs
  const count = steps * each
  const take = <A extends Floats | Uint8Array>(from: A, into: A): A => {
    const width = from.length / e.count
    for (let t = 0; t < steps; t++) {
      const start = (t * envs + task * each) * width
      into.set(from.subarray(start, start + each * width), t * each * width)
    }
    return into
  }
  const doubles = (from: Floats): Floats => take(from, new Float64Array((count * from.length) / e.count))
  const observations =
    e.observation instanceof Float32Array ? new Float32Array(count * (e.observation.length / e.count)) : undefined
  const terminated = take(e.rows.terminated, new Uint8Array(count))
  const truncated = take(e.rows.truncated, new Uint8Array(count))
  const ended = [...terminated.keys()].filter((i) => terminated[i]! + truncated[i]! > 0)
  const returns = doubles(e.rows.episodeReturn)
  const lengths = take(Float64Array.from(e.rows.episodeLength), new Float64Array(count))
  return {
    task: tasks[task]!.id,
    count,
    environments: each,
    nextObservation: doubles(e.rows.nextObservation),
    observation: observations === undefined ? doubles(e.observation) : take<Floats>(e.observation, observations),
    action: doubles(e.action),
    logProb: doubles(e.logProb),
    reward: doubles(e.rows.reward),
    terminated,
    truncated,
    value: doubles(x.value),
    nextValue: doubles(x.next),
    advantage: doubles(x.advantage),
    episodes: { returns: ended.map((i) => returns[i]!), lengths: ended.map((i) => lengths[i]!) }
  }
}

type Floats = Float32Array | Float64Array
