/** Our side of a comparison of trainings: each measurement is a whole training from the next seed. */
import { Effect } from "effect"
import type { Algorithm, NetworkConfig } from "../algorithms/mod.ts"
import { evaluator } from "../algorithms/mod.ts"
import { child, key } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import type { Environment } from "../envs/env.ts"
import { make as native } from "../plugins/sessions/native/mod.ts"
import { make as wasm } from "../plugins/sessions/wasm/mod.ts"
import type { Training } from "./learning.ts"
import type { MakeSession } from "./sides.ts"
import type { Side } from "./suite.ts"
import { cpuSeconds, failed, made } from "./timing.ts"

/** A training as both sides are told it, but for the algorithm's own settings. */
export interface Course {
  readonly environment: Environment
  readonly network: NetworkConfig
  readonly envs: number
  /** Steps between two points of the curve, over all environments; of PPO the rollout. */
  readonly window: number
  readonly windows: number
  /** Whole episodes under the last policy, with the most probable action and with drawn ones each. */
  readonly episodes: number
}

/** The fastest session there is on one core. */
export const fastest: MakeSession = Effect.catch(native({ threads: 1 }), () => wasm())

/** Steps a second of processor time, evaluation not counted, and what was learnt; seeds are 0, 1, … by round. */
export const trains = <C>(algorithm: Algorithm<C>, config: C, course: Course, make: MakeSession = fastest): Side =>
  Effect.gen(function* () {
    const { environment, envs, window, windows, episodes } = course
    const session = yield* make
    const problem = {
      environment,
      tasks: [{ id: "default", params: {} }],
      policy: yield* made(algorithm.makePolicy(environment, course.network)),
      environmentsPerTask: envs,
      stepsPerTask: window,
      iterations: windows
    }
    const evaluate = yield* Effect.provideService(
      evaluator({ ...problem, environmentsPerTask: episodes }),
      Session,
      session
    )
    let round = 0
    return Effect.gen(function* () {
      const seed = round++
      const root = yield* made(key(seed))
      const start = cpuSeconds()
      const learner = yield* Effect.provideService(algorithm.learner(config, problem), Session, session)
      let state = yield* learner.init(root)
      const curve: [number, number][] = []
      for (let i = 0; i < windows; i++) {
        const iteration = yield* learner.iterate(state)
        state = iteration.state
        const { meanReturn } = iteration.rows[0] ?? {}
        if (meanReturn !== undefined) curve.push([state.steps, meanReturn])
      }
      const seconds = cpuSeconds() - start
      const returns: Record<string, readonly number[]> = {}
      for (const actions of ["mode", "sample"] as const) {
        const [told] = yield* evaluate(state.policy, { episodes, actions }, child(root, "evaluate", actions))
        returns[actions] = told?.returns ?? []
      }
      const training: Training = { seed, curve, returns }
      return { value: state.steps / seconds, training }
    }).pipe(Effect.scoped, Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))
