/** Projected gradients of the log-probability, one for each transition, against torch.func. */
import { Effect } from "effect"
import { makePolicy } from "../../algorithms/mod.ts"
import { type ProjectionKind, projector } from "../../core/pipeline/features.ts"
import { Session } from "../../core/pipeline/session.ts"
import { fillIntegers, fillNormal, stream, zeroKey } from "../../core/random/mod.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { make } from "../../plugins/session_wasm/mod.ts"
import type { Opponent, Side, Suite } from "../suite.ts"
import { failed, made, secondsPerRun } from "../timing.ts"

const sizes = [4, 64, 64, 64, 2]
const batch = 2048
const d = 400

/** Features of `batch` transitions at one θ by this projection. */
const projected = (kind: ProjectionKind): Side =>
  Effect.gen(function* () {
    const session = yield* make()
    const network = { layers: 3, width: 64, activation: "tanh", taskOneHot: false } as const
    const policy = yield* made(makePolicy(cartPole, network))
    const projection = yield* Effect.provideService(projector(kind, policy, d, zeroKey), Session, session)
    const theta = policy.init(zeroKey)
    const observation = new Float32Array(batch * policy.inputs)
    fillNormal(stream(zeroKey), observation)
    const action = new Float64Array(batch)
    fillIntegers(stream(zeroKey), 0, 2, action)
    const run = projection.features(theta, { count: batch, observation, action })
    return Effect.map(secondsPerRun(run, 0.5), (seconds) => ({ value: batch / seconds })).pipe(Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

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
