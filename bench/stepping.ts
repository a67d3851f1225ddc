/** Our side of what a step of an environment costs. */
import { Effect } from "effect"
import { fillIntegers, fillUniform, stream, zeroKey } from "../core/random/mod.ts"
import type { Environment } from "../envs/env.ts"
import type { Params } from "../envs/parameter.ts"
import { taskBatch } from "../envs/task_batch.ts"
import { makeRows } from "../envs/vector.ts"
import type { Side } from "./suite.ts"
import { made, sampler, secondsPerCall } from "./timing.ts"

/** Environments that step together. */
export const count = 16

/** What is measured. */
interface Stepping {
  readonly steps: number
  /** Sweeps that go before, where one round would not do for the engine to compile what there is. */
  readonly warm?: number
  readonly params?: Params
}

/** Random actions, drawn before the clock starts on both sides; `count` environments step and reset themselves. */
export const stepping = (environment: Environment, { steps, warm = 0, params = {} }: Stepping): Side =>
  Effect.gen(function* () {
    const batch = yield* made(taskBatch(environment, [{ id: "default", params }], count, zeroKey))
    const rows = makeRows(count, batch.observationSize)
    const actions = new Float64Array(count * steps * batch.actionSize)
    const { action } = environment
    if (action._tag === "Discrete") fillIntegers(stream(zeroKey), 0, action.n, actions)
    else fillUniform(stream(zeroKey), action.low[0]!, action.high[0]!, actions)
    batch.reset(rows.observation)
    const sweep = () => {
      for (let t = 0; t < steps; t++) batch.step(actions, rows, 0, t * count)
    }
    for (let i = 0; i < warm; i++) sweep()
    return sampler(() => (count * steps) / secondsPerCall(sweep))
  })
