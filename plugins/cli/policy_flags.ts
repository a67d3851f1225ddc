/** Flags that say of a policy's file what the file does not. */
import { Option } from "effect"
import { Flag } from "effect/cli"
import type { PolicyOptions } from "../exchange/mod.ts"

export const policyFlags = {
  moments: Flag.String("moments").pipe(
    Flag.optional,
    Flag.withMetavar("FILE"),
    Flag.withDescription(
      "What observations are normalised by: a vec_normalize.pkl of Stable-Baselines3's VecNormalize.save"
    )
  ),
  layers: Flag.String("layers").pipe(
    Flag.optional,
    Flag.withMetavar("A,B,…"),
    Flag.withDescription("Of weights whose names say nothing: the layers from observation to output, without .weight")
  ),
  activation: Flag.Literals("activation", ["tanh", "relu", "sigmoid"]).pipe(
    Flag.optional,
    Flag.withDescription("The nonlinearity of the hidden layers, where the file does not tell it")
  )
} as const

/** What those flags say. */
export const policyOptions = (o: {
  readonly moments: Option.Option<string>
  readonly layers: Option.Option<string>
  readonly activation: Option.Option<"tanh" | "relu" | "sigmoid">
}): PolicyOptions => ({
  moments: Option.getOrUndefined(o.moments),
  layers: Option.getOrUndefined(o.layers)
    ?.split(",")
    .map((layer) => layer.trim()),
  activation: Option.getOrUndefined(o.activation)
})
