/** Environment steps against Gymnasium, whose numbers ours equal. */
import { Effect } from "effect"
import { floor, missing, type Suite } from "../suite.ts"

export const envs: Suite = {
  name: "envs",
  question: "How many environment steps a second, with random actions?",
  works: Effect.succeed([
    {
      work: "CartPole-v1, vectorised",
      unit: "steps/s",
      rounds: 5,
      ours: Effect.fail(missing("envs/cartpole")),
      opponents: [
        floor(5e6),
        { peer: "gymnasium, one", goal: null, ask: { work: "env_steps", args: { id: "CartPole-v1" } } },
        {
          peer: "gymnasium, 16 in NumPy",
          goal: null,
          ask: { work: "env_steps", args: { id: "CartPole-v1", envs: 16, steps: 100_000 } }
        }
      ]
    }
  ])
}
