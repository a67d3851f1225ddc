/** Environment steps against Gymnasium, whose numbers ours equal. */
import { Effect } from "effect"
import { fillIntegers, stream, zeroKey } from "../../core/random/mod.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { taskBatch } from "../../envs/task_batch.ts"
import { makeRows } from "../../envs/vector.ts"
import { floor, type Suite, type Work } from "../suite.ts"
import { made, sampler, secondsPerCall } from "../timing.ts"

const count = 16
const steps = 1000

/** Random actions, drawn before the clock starts on both sides; `count` environments step and reset themselves. */
const cartPoleSteps: Work["ours"] = Effect.gen(function* () {
  const batch = yield* made(taskBatch(cartPole, [{ id: "default", params: {} }], count, zeroKey))
  const rows = makeRows(count, batch.observationSize)
  const actions = new Int32Array(count * steps)
  fillIntegers(stream(zeroKey), 0, 2, actions)
  const floats = Float64Array.from(actions)
  batch.reset(rows.observation)
  const sweep = () => {
    for (let t = 0; t < steps; t++) batch.step(floats, rows, 0, t * count)
  }
  return sampler(() => (count * steps) / secondsPerCall(sweep))
})

export const envs: Suite = {
  name: "envs",
  question: "How many environment steps a second, with random actions?",
  works: Effect.succeed([
    {
      work: `CartPole-v1, ${count} together`,
      unit: "steps/s",
      rounds: 5,
      ours: cartPoleSteps,
      opponents: [
        floor(5e6),
        { peer: "gymnasium, one", goal: null, ask: { work: "env_steps", args: { id: "CartPole-v1" } } },
        {
          peer: `gymnasium, ${count} in NumPy`,
          goal: null,
          ask: { work: "env_steps", args: { id: "CartPole-v1", envs: count, steps: 100_000 } }
        }
      ]
    }
  ])
}
