/** Projected gradients of the log-probability, one for each transition, against torch.func. */
import { Effect } from "effect"
import { missing, type Suite } from "../suite.ts"

const sizes = [4, 64, 64, 64, 2]
const batch = 2048
const d = 400

export const features: Suite = {
  name: "features",
  question: "How many transitions a second become projected gradient features?",
  works: Effect.succeed([
    {
      work: `gradient features ${sizes.join("-")}, d = ${d}`,
      unit: "transitions/s",
      rounds: 5,
      ours: Effect.fail(missing("core/surrogate")),
      opponents: [
        { peer: "torch.func + dense", goal: 5, ask: { work: "gradient_features", args: { sizes, batch, d } } },
        { peer: "torch.func, no projection", goal: null, ask: { work: "gradient_features", args: { sizes, batch } } }
      ]
    }
  ])
}
