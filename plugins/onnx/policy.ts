/** A policy as an ONNX model. */
import * as E from "fp-ts/lib/Either.js"
import { architecture, type LoadedPolicy, savePolicy } from "../../algorithms/mod.ts"
import { UsageError } from "../failure.ts"
import { version } from "../version.ts"
import { type Initializer, type Node, writeOnnx } from "./model.ts"

/**
 * The network of a policy and its distribution's parameters, in float32.
 *
 *     categorical: logits = z_L;   Gaussian: mean = z_L, logStd a constant
 *
 * - Shapes: `observation [batch, inputs]`, what the network sees: the observation, one-hot where it is one of a finite
 *   number, then the task where the policy is told it; `logits [batch, actions]`, or `mean [batch, n]` and `logStd [n]`.
 * - Errors: `UsageError` for another distribution.
 */
export const policyToOnnx = (loaded: LoadedPolicy): E.Either<UsageError, Uint8Array<ArrayBuffer>> => {
  const { policy, theta, ...origin } = loaded
  const { network, distribution, inputs, actionSize } = policy
  if (distribution !== "categorical" && distribution !== "gaussian") {
    const want = "a categorical or Gaussian policy"
    return E.left(new UsageError({ doing: "export to ONNX", want, got: `a ${distribution} one`, fix: "" }))
  }
  // θ begins with the network, and a Gaussian's logStd follows it.
  const numbers = (at: number, size: number) => Float32Array.from(theta.subarray(at, at + size))
  const initializers: Initializer[] = network.layout.blocks.map(({ name, shape, offset, size }) => ({
    name,
    shape,
    data: numbers(offset, size)
  }))
  const gaussian = distribution === "gaussian"
  const head = gaussian ? "mean" : "logits"
  const nodes: Node[] = []
  let seen = "observation"
  for (const [i, { weight, bias }] of network.layers.entries()) {
    const last = i + 1 === network.layers.length
    const z = last ? head : `z${i + 1}`
    nodes.push({ operator: "Gemm", inputs: [seen, weight, bias], output: z, attributes: { transB: 1 } })
    seen = `h${i + 1}`
    if (!last) nodes.push({ operator: operators[network.shape.activation], inputs: [z], output: seen })
  }
  const outputs = [{ name: head, shape: ["batch", network.shape.outputs] }]
  if (gaussian) {
    initializers.push({ name: "theta.logStd", shape: [actionSize], data: numbers(network.layout.size, actionSize) })
    nodes.push({ operator: "Identity", inputs: ["theta.logStd"], output: "logStd" })
    outputs.push({ name: "logStd", shape: [actionSize] })
  }
  return E.right(
    writeOnnx({
      name: "policy",
      doc: `${architecture(policy)}; of ${origin.environment.id}, by ${origin.algorithm.id}`,
      producer: { name: "policygradex", version },
      nodes,
      initializers,
      inputs: [{ name: "observation", shape: ["batch", inputs] }],
      outputs,
      meta: savePolicy(policy, new Float32Array(0), origin).meta
    })
  )
}

const operators = { tanh: "Tanh", relu: "Relu" } as const
