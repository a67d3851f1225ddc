/** Transitions at fixed parameters, with advantages: what the surrogate learns from. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Floats } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { Problem, Transitions } from "../algorithm.ts"
import { checkSize, collecting } from "../collecting.ts"
import type { RolloutBuffer } from "../rollouts.ts"
import { type Estimates, type MakeValue, makeEstimates, valueEstimator } from "./advantage.ts"
import { linearEstimate } from "./linear_advantage.ts"
import { type Networks, networks, valueProgram } from "./networks.ts"
import type { Loop } from "./objective.ts"
import { type PriorWeights, regulariser } from "./prior.ts"

/**
 * Values by the value network, or by a linear baseline of each task's own transitions where the learner has that; of a learner with a
 * prior, advantages are of its regularised rewards.
 *
 * - Errors: `ArgumentError` where environments do not open or the policy makes no program; `SessionError`, `SessionLost` of the
 *   session.
 */
export const collector = (
  c: Pick<Loop, "gamma" | "lambda" | "popArt" | "baseline">,
  problem: Problem,
  prior?: PriorWeights
) => {
  const n = networks(problem.policy, c.popArt !== "off")
  const makeValue: MakeValue = (rows) => valueProgram(n, rows)
  const added = prior === undefined ? undefined : (parameters: Buffer) => regulariser(prior, n, parameters)
  return collectorOf(c, problem, n.layout, c.baseline === "linear" ? "linear" : makeValue, added)
}

/** The same with the values of any critic, whose program's `parameters` are all of the layout, or of the linear baseline. */
export const collectorOf = Effect.fnUntraced(function* (
  c: Pick<Loop, "gamma" | "lambda">,
  problem: Problem,
  layout: Networks["layout"],
  makeValue: MakeValue | "linear",
  added?: (parameters: Buffer) => ReturnType<typeof regulariser>
) {
  const { policy, tasks } = problem
  const session = yield* Session
  const Real = realOf(session)
  const parameters = yield* session.buffer([layout.size])
  const learned = makeValue === "linear" ? undefined : yield* valueEstimator(c, policy.inputs, makeValue, parameters)
  const regularise = added === undefined ? undefined : yield* added(parameters)
  return yield* collecting(problem, {
    parameters,
    size: layout.size,
    numbers: (at) => {
      const all = new Real(layout.size)
      for (const name of ["policy", "value"] as const) {
        const own = layout.host(all, name)
        const given = checkSize(at, name, own.length)
        if (E.isLeft(given)) return given
        own.set(given.right)
      }
      return E.right(all)
    },
    transitions: Effect.fnUntraced(function* (x, e) {
      const estimates = makeEstimates(e.count)
      // That a policy is told its task says nothing of the task's own rows: it is worth what one is that is told none.
      const seen = policy.inputs - policy.taskIds.length
      if (learned === undefined) yield* fromEither(linearEstimate({ ...c, seen }, tasks.length, x, e, estimates))
      else yield* learned(x, e, estimates, yield* regularise?.(e) ?? Effect.undefined)
      const { nextObservation } = e.rows
      for (let at = 0; at < nextObservation.length; at += x.batch.observationSize)
        x.normaliser.observation(nextObservation, at)
      // In the environment's own unit, as its rewards.
      for (const all of [estimates.value, estimates.next, estimates.advantage]) {
        for (let row = 0; row < all.length; row++) all[row]! *= x.normaliser.unit(x.taskAt(row))
      }
      return tasks.map((_, task) => transitionsOf(problem, task, e, estimates))
    })
  })
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
