/** A policy as an ONNX model. */
import * as E from "fp-ts/lib/Either.js"
import { architectureOf, LIMIT, LOG_STD, observationScale, savePolicy } from "../../../algorithms/internal.ts"
import type { LoadedPolicy, Policy } from "../../../algorithms/mod.ts"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { version } from "../machine.ts"
import { type Initializer, type Model, type Node, writeOnnx } from "./model.ts"

type Graph = Pick<Model, "nodes" | "initializers" | "outputs">

/**
 * The network of a policy and its distribution's parameters, in float32.
 *
 *     observation:        h_0 = clip((observation − mean)/deviation, ±10) where the policy normalises
 *     categorical:        logits = z_L
 *     Gaussian:           mean = z_L,  logStd a constant;  of a policy over the action's range also
 *                         action = low + (high − low)(clip(mean, ±1) + 1)/2
 *     squashed Gaussian:  (mean, logStd) = z_L before the squashing,  action = low + (high − low)(tanh mean + 1)/2
 *
 * - Shapes: `observation [batch, inputs]`, what the environment shows, one-hot where it is one of a finite number; where
 *   the policy is told its task, a second input `task [batch, tasks]`, its one-hot in the order of `taskIds` of the
 *   metadata ({@link fixedTask} makes a policy that needs none); `logits [batch, actions]`; `mean [batch, n]` and `logStd [n]`, of
 *   the squashed one `[batch, n]`, as `action`.
 * - Errors: `ArgumentError` for another distribution.
 */
export const policyToOnnx = (loaded: LoadedPolicy): E.Either<ArgumentError, Uint8Array<ArrayBuffer>> => {
  const { policy, theta, ...origin } = loaded
  const head = Object.hasOwn(heads, policy.distribution) ? heads[policy.distribution] : undefined
  if (head === undefined) {
    const want = `a policy that is ${Object.keys(heads).join(", ")}`
    return cannot("export to ONNX", want, policy.distribution)
  }
  const { network, taskIds } = policy
  const networkInput = networkInputOf(loaded)
  const last = head(policy, theta)
  return E.right(
    writeOnnx({
      name: "policy",
      doc: `${architectureOf(policy)}; of ${origin.environment.id}, by ${origin.algorithm.id}`,
      producer: { name: "policygradex", version },
      nodes: [...networkInput.nodes, ...network.graph(networkInput.output, last.input), ...last.nodes],
      initializers: [...networkInput.initializers, ...blocks(policy, theta), ...last.initializers],
      inputs: [
        { name: "observation", shape: ["batch", policy.inputs - taskIds.length] },
        ...(taskIds.length > 0 ? [{ name: "task", shape: ["batch", taskIds.length] }] : [])
      ],
      outputs: last.outputs,
      meta: savePolicy(policy, new Float32Array(0), origin).meta
    })
  )
}

type NetworkInput = Pick<Graph, "nodes" | "initializers"> & { readonly output: string }

/** What the first layer sees: the observation, and the task where the policy is told it. */
const networkInputOf = (loaded: LoadedPolicy): NetworkInput => {
  const own = normalised(loaded)
  if (loaded.policy.taskIds.length === 0) return own
  const join: Node = {
    operator: "Concat",
    inputs: [own.output, "task"],
    output: "networkInput",
    attributes: { axis: 1 }
  }
  return { ...own, nodes: [...own.nodes, join], output: "networkInput" }
}

/**
 * The observation as it is, or normalised. The mean is taken off in two parts, its float32 and the rest: a large mean
 * costs the small differences from it no digits.
 */
const normalised = ({ policy, moments }: LoadedPolicy): NetworkInput => {
  if (moments === undefined || policy.config.normalise?.observation !== true) {
    return { nodes: [], initializers: [], output: "observation" }
  }
  const { mean, deviation } = observationScale(policy, moments)
  return {
    nodes: [
      { operator: "Sub", inputs: ["observation", "networkInput.mean"], output: "off" },
      { operator: "Sub", inputs: ["off", "networkInput.rest"], output: "centred" },
      { operator: "Div", inputs: ["centred", "networkInput.deviation"], output: "normal" },
      { operator: "Clip", inputs: ["normal", "networkInput.low", "networkInput.high"], output: "h0" }
    ],
    initializers: [
      constant("networkInput.mean", mean, [mean.length]),
      constant(
        "networkInput.rest",
        mean.map((m) => m - Math.fround(m)),
        [mean.length]
      ),
      constant("networkInput.deviation", deviation, [deviation.length]),
      constant("networkInput.low", [-LIMIT], []),
      constant("networkInput.high", [LIMIT], [])
    ],
    output: "h0"
  }
}

/** θ begins with the network: its blocks under their own names. */
const blocks = ({ network }: Policy, theta: Floats): readonly Initializer[] =>
  network.layout.blocks.map(({ name, shape, offset, size }) => ({
    name,
    shape,
    data: Float32Array.from(theta.subarray(offset, offset + size))
  }))

/** What becomes of the network's output. */
type Head = Graph & {
  /** What the head calls that output. */
  readonly input: string
}

const heads: Readonly<Record<string, (policy: Policy, theta: Floats) => Head>> = {
  categorical: ({ network }) => ({
    input: "logits",
    nodes: [],
    initializers: [],
    outputs: [{ name: "logits", shape: ["batch", network.outputs] }]
  }),
  gaussian: (policy, theta) => {
    // A Gaussian's logStd follows the network.
    const data = Float32Array.from(theta.subarray(policy.network.layout.size, policy.size))
    const shape = [policy.actionSize]
    const action = rangeOf(policy, "clipped")
    const bounded: Pick<Graph, "nodes" | "initializers"> = {
      nodes: [
        { operator: "Clip", inputs: ["mean", "action.least", "action.most"], output: "clipped" },
        ...action.nodes
      ],
      initializers: [constant("action.least", [-1], []), constant("action.most", [1], []), ...action.initializers]
    }
    const plays = policy.play !== undefined
    return {
      input: "mean",
      nodes: [{ operator: "Identity", inputs: ["theta.logStd"], output: "logStd" }, ...(plays ? bounded.nodes : [])],
      initializers: [{ name: "theta.logStd", shape, data }, ...(plays ? bounded.initializers : [])],
      outputs: [
        { name: "mean", shape: ["batch", policy.network.outputs] },
        { name: "logStd", shape },
        ...(plays ? action.outputs : [])
      ]
    }
  },
  squashedGaussian: (policy) => {
    const n = policy.actionSize
    const action = rangeOf(policy, "squashed")
    return {
      input: "head",
      nodes: [
        { operator: "Gemm", inputs: ["head", "mean.part"], output: "mean" },
        { operator: "Gemm", inputs: ["head", "logStd.part"], output: "logStd.free" },
        { operator: "Clip", inputs: ["logStd.free", "logStd.low", "logStd.high"], output: "logStd" },
        { operator: "Tanh", inputs: ["mean"], output: "squashed" },
        ...action.nodes
      ],
      initializers: [
        part("mean.part", 2 * n, 0, n),
        part("logStd.part", 2 * n, n, n),
        constant("logStd.low", [LOG_STD[0]], []),
        constant("logStd.high", [LOG_STD[1]], []),
        ...action.initializers
      ],
      outputs: [...["mean", "logStd"].map((name) => ({ name, shape: ["batch", n] })), ...action.outputs]
    }
  }
}

/** `[width, count]`: a product with it takes `count` columns from `from` on out, exactly. */
const part = (name: string, width: number, from: number, count: number): Initializer => {
  const data = new Float32Array(width * count)
  for (let i = 0; i < count; i++) data[(from + i) * count + i] = 1
  return { name, shape: [width, count], data }
}

const constant = (name: string, data: readonly number[], shape: readonly number[]): Initializer => ({
  name,
  shape,
  data: Float32Array.from(data)
})

/** `action`, for numbers from −1 to 1 of the whole range of the environment's actions. */
const rangeOf = ({ spaces: { action }, actionSize: n }: Policy, from: string): Graph => {
  const [low, high] = action._tag === "Box" ? [action.low, action.high] : [[], []]
  const half = low.map((x, i) => (high[i]! - x) / 2)
  const middle = low.map((x, i) => (high[i]! + x) / 2)
  return {
    nodes: [
      { operator: "Mul", inputs: [from, "action.half"], output: "scaled" },
      { operator: "Add", inputs: ["scaled", "action.middle"], output: "action" }
    ],
    initializers: [constant("action.half", half, [n]), constant("action.middle", middle, [n])],
    outputs: [{ name: "action", shape: ["batch", n] }]
  }
}
