/** Transitions at fixed parameters, with the meta-learner's own advantages. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { fromEither } from "../../core/service/from_either.ts"
import { Session } from "../../core/service/session.ts"
import type { Problem, Transitions } from "../algorithm.ts"
import { checkSize, collecting } from "../collecting.ts"
import { estimate, takeTask } from "./advantage.ts"
import type { Estimation } from "./estimation.ts"

/** Makes collecting ready. */
export const collector = Effect.fnUntraced(function* (c: Estimation, problem: Problem) {
  const { policy, tasks, environmentsPerTask: each } = problem
  const session = yield* Session
  const raw = { ...c, normaliseAdvantages: false }
  return yield* collecting(problem, {
    parameters: yield* session.buffer([policy.size]),
    size: policy.size,
    numbers: (at) => E.apFirst(checkSize(at, "value", 0))(checkSize(at, "policy", policy.size)),
    transitions: Effect.fnUntraced(function* (x, e) {
      const width = x.batch.observationSize
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
    })
  })
})
