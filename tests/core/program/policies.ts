/** The policies of the reference data, as tensor functions. */
import { categorical, gaussian } from "../../../core/dist/mod.ts"
import { type Activation, layout, mlp } from "../../../core/network/mod.ts"
import { mean, mul, neg, type Shape, type Tensor } from "../../../core/program/mod.ts"

/** A network as the reference data describe it; `extra_params` is the length of log_std at the end of the vector. */
export interface Net {
  readonly sizes: readonly number[]
  readonly hidden_activation: Activation
  readonly extra_params: number
  readonly n_params: number
}

export interface Policy {
  readonly size: number
  /** Shape of the actions of `rows` examples. */
  readonly actions: (rows: number) => Shape
  readonly output: (theta: Tensor, x: Tensor) => Tensor
  readonly logProb: (theta: Tensor, x: Tensor, a: Tensor) => Tensor
  readonly entropy: (theta: Tensor, x: Tensor) => Tensor
  /** KL(old ‖ θ) of every row. */
  readonly kl: (old: Tensor, theta: Tensor, x: Tensor) => Tensor
}

export const network = (net: Net) =>
  mlp({
    inputs: net.sizes[0]!,
    hidden: net.sizes.slice(1, -1),
    outputs: net.sizes[net.sizes.length - 1]!,
    activation: net.hidden_activation
  })

export const policy = (net: Net): Policy => {
  const body = network(net)
  const theta = layout([
    { name: "net", shape: [body.layout.size] },
    { name: "logStd", shape: [net.extra_params] }
  ])
  const output = (t: Tensor, x: Tensor) => body.forward(theta.view(t, "net"), x).output
  if (net.extra_params === 0) {
    const head = (t: Tensor, x: Tensor) => ({ logits: output(t, x) })
    return {
      size: theta.size,
      actions: (rows) => [rows],
      output,
      logProb: (t, x, a) => categorical.logProb(head(t, x), a),
      entropy: (t, x) => categorical.entropy(head(t, x)),
      kl: (old, t, x) => categorical.kl(head(old, x), head(t, x))
    }
  }
  const head = (t: Tensor, x: Tensor) => ({ mean: output(t, x), logStd: theta.view(t, "logStd") })
  return {
    size: theta.size,
    actions: (rows) => [rows, net.extra_params],
    output,
    logProb: (t, x, a) => gaussian.logProb(head(t, x), a),
    entropy: (t, x) => gaussian.entropy(head(t, x)),
    kl: (old, t, x) => gaussian.kl(head(old, x), head(t, x))
  }
}

/** −mean(w · log π(a|x)). */
export const weighted = (p: Policy, theta: Tensor, x: Tensor, a: Tensor, w: Tensor): Tensor =>
  neg(mean(mul(w, p.logProb(theta, x, a))))
