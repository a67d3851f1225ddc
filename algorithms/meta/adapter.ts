/** Adaptation to tasks that meta-training need not have seen: what a meta-learner learns for. */
import { Effect, Semaphore } from "effect"
import { type Key, zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import type { Adaptation, AdaptationProblem, Adapted, Adapter, State } from "../algorithm.ts"
import { actionStreams, checkFault, environmentRunner, stepsOfEach, takeUp } from "../environment_runner.ts"
import { diverged, type LearnerError, problemError } from "../error.ts"
import type { Acting } from "../rollouts.ts"
import type { Played } from "./advantage.ts"
import type { Estimation } from "./estimation.ts"
import { innerLoop, type MakeInner } from "./inner_loop.ts"

/** How one meta-learner adapts. */
export interface Adapting {
  readonly id: string
  /** Steps that meta-training takes. */
  readonly steps: number
  readonly estimation: Estimation
  readonly learner: MakeInner
  /** Before an adaptation's first step: takes what it needs from the training's state. */
  readonly begin?: (at: Pick<State, "arrays">) => Effect.Effect<void, LearnerError>
}

/** Makes adaptation ready: the learner's own inner steps, all tasks together. */
export const adapting = Effect.fn("adapter")(function* (
  { id, steps: trained, estimation, learner, begin }: Adapting,
  problem: AdaptationProblem
) {
  const { tasks, policy } = problem
  const rolloutSteps = yield* fromEither(stepsOfEach(problem))
  const session = yield* Session
  const Real = realOf(session)
  const x = yield* environmentRunner(problem, zeroKey, Real)
  const inner = yield* innerLoop(estimation, problem, x, rolloutSteps, learner)
  const data = inner.data()
  // One adaptation uses the buffers at a time; a second caller waits.
  const turn = yield* Semaphore.make(1)

  const adapt = Effect.fn("adapt")(
    function* (at: Acting & Pick<State, "arrays">, steps: number, key: Key) {
      if (!(Number.isInteger(steps) && steps >= 0))
        return yield* Effect.fail(problemError("steps", "a whole number >= 0", `${steps}`))
      if (at.policy.length !== policy.size)
        return yield* Effect.fail(problemError("policy", `${policy.size} numbers`, String(at.policy.length)))
      if (begin !== undefined) yield* begin(at)
      // The key decides the episodes: those of fresh environments, moved into ours.
      yield* fromEither(x.normaliser.set(at.moments))
      const fresh = yield* environmentRunner(problem, key, Real)
      fresh.reset()
      yield* checkFault(fresh)
      yield* takeUp(x, { environments: fresh.batch.save(), observation: fresh.input })
      yield* inner.start(at.policy)
      const streams = actionStreams(key, tasks)
      const rollouts: (readonly Played[])[] = []
      for (let k = 0; k <= steps; k++) {
        const rolled = yield* inner.play(streams, data)
        if (rolled.broken.length > 0) {
          return yield* Effect.fail(diverged(id, k, tasks)("reward or log-probability", rolled.broken, {}))
        }
        rollouts.push(rolled.played)
        if (k < steps) yield* inner.learner.step(data, k)
      }
      const thetas = yield* inner.read
      return tasks.map(
        (task, t): Adapted => ({
          task: task.id,
          policy: thetas.slice(t * policy.size, (t + 1) * policy.size),
          rollouts: rollouts.map((all): Adaptation => all[t]!)
        })
      )
    },
    Effect.scoped,
    turn.withPermit
  )

  return { steps: trained, adapt } satisfies Adapter
})
