/** Transitions at fixed parameters, with the meta-learner's own advantages. */
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
import { estimate, takeTask } from "./advantage.ts"
import type { Maml } from "./config.ts"

/** Makes collecting ready; its programs are freed with the scope, its numbers are the caller's. */
export const collector = Effect.fn("maml.collector")(function* (c: Maml, problem: Problem) {
  const { policy, tasks, environmentsPerTask: each } = problem
  const session = yield* Session
  const Real = realOf(session)
  const parameters = yield* session.buffer([policy.size])
  const acting = yield* session.compile(yield* actProgram(policy, tasks.length * each))
  const pause = pauseEvery(acting.cost.flops)
  const turn = yield* Semaphore.make(1)
  // Refuses a wrong problem now, not at the first use.
  yield* Effect.scoped(environmentRunner(problem, zeroKey, Real))

  const collect = Effect.fn("maml.collect")(
    function* (at: Fixed, steps: number, key: Key) {
      for (const [name, want] of [["policy", policy.size] as const, ["value", 0] as const]) {
        if (at[name].length !== want)
          return yield* Effect.fail(problemError(name, `${want} parameters`, String(at[name].length)))
      }
      yield* session.write(parameters, at.policy)
      const x = yield* environmentRunner(problem, key, Real)
      yield* fromEither(x.normaliser.set(at.moments))
      x.reset()
      const act = { call: acting.run({ parameters, observation: x.input }, x.actor.head), pause }
      const e = makeRolloutBuffer(Math.ceil(steps / each), x, policy, Real)
      yield* rollout(x, act, actionStreams(key, tasks), e)
      const width = x.batch.observationSize
      const raw = { ...c, normaliseAdvantages: false }
      return yield* Effect.forEach(tasks, (task, t) =>
        Effect.gen(function* () {
          const r = takeTask(x, e, t, each)
          yield* fromEither(estimate(raw, r, each, policy.inputs))
          const nextObservation = new Float64Array(r.rows.length * width)
          for (const [i, row] of r.rows.entries()) {
            nextObservation.set(e.rows.nextObservation.subarray(row * width, (row + 1) * width), i * width)
          }
          for (let at = 0; at < nextObservation.length; at += width) x.normaliser.observation(nextObservation, at)
          const ended = [...r.rows.keys()].filter((i) => r.terminated[i]! + r.truncated[i]! > 0)
          const { observation, action, logProb, reward, terminated, truncated, value, advantage } = r
          return {
            task: task.id,
            count: r.rows.length,
            environments: each,
            nextObservation,
            observation,
            action,
            logProb,
            reward,
            terminated,
            truncated,
            value,
            nextValue: r.next,
            advantage,
            episodes: {
              returns: ended.map((i) => e.rows.episodeReturn[r.rows[i]!]!),
              lengths: ended.map((i) => e.rows.episodeLength[r.rows[i]!]!)
            }
          } satisfies Transitions
        })
      )
    },
    Effect.scoped,
    turn.withPermit
  )

  return { collect } satisfies Collector
})
