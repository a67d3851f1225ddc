/** Projected gradients of the log-probability, one for each transition, against torch.func. */
import { Effect } from "effect"
import type { ProjectionKind } from "../../pipeline/stages/surrogate/features.ts"
import { make } from "../../plugins/sessions/wasm/mod.ts"
import { type Features, featureSide } from "../sides.ts"
import type { Opponent, Suite } from "../suite.ts"

const sizes = [4, 64, 64, 64, 2]
const batch = 2048
const d = 400
const features400: Features = { layers: 3, width: 64, batch, d }

const projected = (kind: ProjectionKind) => featureSide(make(), kind, features400)

const other = (kind: ProjectionKind): Opponent => ({ peer: `ours, ${kind}`, goal: null, rival: projected(kind) })

export const features: Suite = {
  name: "features",
  question: "How many transitions a second become projected gradient features?",
  works: Effect.sync(() => [
    {
      work: `gradient features ${sizes.join("-")}, d = ${d}, sparse`,
      unit: "transitions/s",
      rounds: 3,
      ours: projected("sparse"),
      opponents: [
        { peer: "torch.func + dense", goal: 5, ask: { work: "gradient_features", args: { sizes, batch, d } } },
        { peer: "torch.func, no projection", goal: null, ask: { work: "gradient_features", args: { sizes, batch } } },
        other("kronecker"),
        other("gaussian")
      ]
    }
  ])
}
