/** Policies of given sizes, and the gradient of log π of every row, formed outright. */
import { makePolicy, type Policy } from "../../../algorithms/mod.ts"
import type { Activation } from "../../../core/network/mod.ts"
import { evaluate, grad, perExample, program, sum } from "../../../core/program/mod.ts"
import { child, fillIntegers, fillNormal, type Key, stream } from "../../../core/random/mod.ts"
import type { Space } from "../../../envs/mod.ts"
import { right } from "../../algorithms/support.ts"
import { built } from "../../core/program/support.ts"

export interface Sizes {
  readonly inputs: number
  /** Hidden layers, all of one width. */
  readonly layers: number
  readonly width: number
  readonly outputs: number
  readonly kind: "categorical" | "gaussian"
  readonly activation: Activation
  /** Told which of three tasks it plays, by this architecture. */
  readonly told?: string
}

const options: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mlp: { embedding: 3 },
  "soft-modules": { embedding: 6, routing: 5 },
  care: { experts: 2, embedding: 4, encoderWidth: 5 },
  film: { embedding: 4 }
}

const box = (n: number): Space => ({
  _tag: "Box",
  low: new Array<number>(n).fill(Number.NEGATIVE_INFINITY),
  high: new Array<number>(n).fill(Number.POSITIVE_INFINITY),
  names: Array.from({ length: n }, (_, i) => `x${i}`),
  units: new Array<string>(n).fill(""),
  dtype: "float64"
})

const discrete = (n: number): Space => ({ _tag: "Discrete", n, names: Array.from({ length: n }, (_, i) => `a${i}`) })

export const policyOf = ({ inputs, layers, width, outputs, kind, activation, told }: Sizes): Policy =>
  right(
    makePolicy(
      { observation: box(inputs), action: kind === "gaussian" ? box(outputs) : discrete(outputs) },
      told === undefined
        ? { layers, width, activation, taskOneHot: false }
        : { layers, width, activation, taskOneHot: true, id: told, options: options[told] ?? {} },
      ["a", "b", "c"]
    )
  )

/** Any θ, no special one: initial networks have biases 0 and nearly equal probabilities. */
export const anyTheta = (policy: Policy, key: Key): Float64Array => {
  const theta = policy.init(key)
  const noise = new Float64Array(theta.length)
  fillNormal(stream(child(key, "noise")), noise)
  return theta.map((v, i) => v + 0.2 * noise[i]!)
}

/** Random states, and actions that are as good as any. */
export const anyRows = (policy: Policy, outputs: number, count: number, key: Key) => {
  const s = stream(key)
  const observation = new Float64Array(count * policy.inputs)
  fillNormal(s, observation)
  const action = new Float64Array(count * policy.actionSize)
  if (policy.distribution === "categorical") fillIntegers(s, 0, outputs, action)
  else fillNormal(s, action)
  return { count, observation, action }
}

/** ∇_θ log π(a_t|s_t), `[count, p]`, in float64. */
export const gradients = (
  policy: Policy,
  theta: Float64Array,
  rows: { readonly count: number; readonly observation: Float64Array; readonly action: Float64Array }
): readonly Float64Array[] => {
  const shapes = { theta: [policy.size], observation: [1, policy.inputs], action: policy.actionShape(1) }
  const one = built(
    program("log π", shapes, ({ theta: t, observation, action }) => ({
      logProb: sum(policy.logProb(t, observation, action).logProb)
    }))
  )
  const each = built(grad({ of: "logProb", wrt: ["theta"] })(one))
  const all = built(perExample({ batched: ["observation", "action"], size: rows.count })(each))
  const g = evaluate(all, { theta, observation: rows.observation, action: rows.action })["grad.theta"]
  return Array.from({ length: rows.count }, (_, r) => g.slice(r * policy.size, (r + 1) * policy.size))
}
