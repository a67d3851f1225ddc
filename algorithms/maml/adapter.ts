import { Effect } from "effect"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import type { AdaptationProblem, State } from "../algorithm.ts"
import { problemError } from "../error.ts"
import { adapting } from "../meta/adapter.ts"
import type { MakeInner } from "../meta/inner_loop.ts"
import type { Maml } from "./config.ts"
import { gradientStep } from "./inner_step.ts"

/**
 * MAML's adaptation: steps by the α that was learned, and any number of shorter ones after those that were trained for.
 *
 * - Source: Finn et al., arXiv:1703.03400, appendix A.2, for the shorter steps.
 */
export const adapter = (id: string) =>
  Effect.fn("maml.adapter")(function* (c: Maml, problem: AdaptationProblem) {
    const session = yield* Session
    const { size } = problem.policy
    const rate = yield* session.buffer([size])
    let alpha: State["policy"] = new Float64Array(size)
    const learner: MakeInner = (theta, n) =>
      Effect.map(gradientStep(c, problem.policy, problem.tasks.length, rate)(theta, n), (own) => ({
        step: Effect.fnUntraced(function* (data, k) {
          if (k === c.inner.steps)
            yield* session.write(
              rate,
              Float64Array.from(alpha, (a) => c.inner.later * a)
            )
          yield* own.step(data, k)
        })
      }))
    const begin = Effect.fnUntraced(function* (at: Pick<State, "arrays">) {
      const learned = at.arrays.rate ?? new (realOf(session))(size).fill(c.inner.rate)
      if (learned.length !== size)
        return yield* Effect.fail(problemError("arrays.rate", `${size} numbers`, String(learned.length)))
      alpha = learned
      yield* session.write(rate, Float64Array.from(learned))
    })
    return yield* adapting({ id, steps: c.inner.steps, estimation: c, learner, begin }, problem)
  })
