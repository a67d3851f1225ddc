/** Adaptation to tasks that meta-training need not have seen: what a meta-learner learns for. */
import { Effect, Semaphore } from "effect"
import { type Key, zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import type { Adaptation, AdaptationProblem, Adapted, Adapter, State } from "../algorithm.ts"
import { actionStreams, checkFault, environmentRunner, stepsOfEach, takeUp } from "../environment_runner.ts"
import { diverged, problemError } from "../error.ts"
import type { Acting } from "../rollouts.ts"
import type { Played } from "./advantage.ts"
import type { Maml } from "./config.ts"
import { innerLoop } from "./inner_loop.ts"

/**
 * Makes adaptation ready: the training's own inner steps, all tasks together, and any number of shorter ones after them.
 *
 * - Source: Finn et al., arXiv:1703.03400, appendix A.2, for the shorter steps.
 */
export const adapter = (id: string) =>
  Effect.fn("maml.adapter")(function* (c: Maml, problem: AdaptationProblem) {
    const { tasks, policy } = problem
    const rolloutSteps = yield* fromEither(stepsOfEach(problem))
    const session = yield* Session
    const Real = realOf(session)
    const x = yield* environmentRunner(problem, zeroKey, Real)
    const rate = yield* session.buffer([policy.size])
    const inner = yield* innerLoop(c, problem, x, rate, rolloutSteps)
    const data = inner.data()
    // One adaptation uses the buffers at a time; a second caller waits.
    const turn = yield* Semaphore.make(1)

    const adapt = Effect.fn("maml.adapt")(
      function* (at: Acting & Pick<State, "arrays">, steps: number, key: Key) {
        if (!(Number.isInteger(steps) && steps >= 0))
          return yield* Effect.fail(problemError("steps", "a whole number >= 0", `${steps}`))
        const alpha = at.arrays.rate ?? new Real(policy.size).fill(c.inner.rate)
        const shorter = Float64Array.from(alpha, (a) => c.inner.later * a)
        for (const [name, got] of [["policy", at.policy.length] as const, ["arrays.rate", alpha.length] as const]) {
          if (got !== policy.size) return yield* Effect.fail(problemError(name, `${policy.size} numbers`, String(got)))
        }
        // The key decides the episodes: those of fresh environments, moved into ours.
        yield* fromEither(x.normaliser.set(at.moments))
        const fresh = yield* environmentRunner(problem, key, Real)
        fresh.reset()
        yield* checkFault(fresh)
        yield* takeUp(x, { environments: fresh.batch.save(), observation: fresh.input })
        yield* session.write(rate, alpha)
        yield* inner.start(at.policy)
        const streams = actionStreams(key, tasks)
        const rollouts: (readonly Played[])[] = []
        for (let k = 0; k <= steps; k++) {
          const rolled = yield* inner.play(streams, data)
          if (rolled.broken.length > 0) {
            return yield* Effect.fail(diverged(id, k, tasks)("reward or log-probability", rolled.broken, {}))
          }
          rollouts.push(rolled.played)
          if (k === c.inner.steps) yield* session.write(rate, shorter)
          if (k < steps) yield* inner.step(data)
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

    return { steps: c.inner.steps, adapt } satisfies Adapter
  })
