/** What the tests of meta-learning share: small policies, made-up transitions, changed settings. */
import { defaults, type Maml } from "../../../algorithms/maml/config.ts"
import { makePolicy, type Policy } from "../../../algorithms/mod.ts"
import { fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import type { Space } from "../../../envs/mod.ts"
import { right } from "../support.ts"

const box = (n: number): Space => {
  const each = <A>(x: A): A[] => new Array<A>(n).fill(x)
  const bounds = {
    low: each(-Infinity),
    high: each(Infinity),
    names: each("x"),
    units: each(""),
    dtype: "float64"
  } as const
  return { _tag: "Box", ...bounds }
}

export const policyOf = (kind: string, [inputs = 0, width = 0, outputs = 0]: readonly number[]): Policy => {
  const names = Array.from({ length: outputs }, (_, i) => String(i))
  const action: Space = kind === "gaussian" ? box(outputs) : { _tag: "Discrete", n: outputs, names }
  const network = { layers: 1, width, activation: "tanh", taskOneHot: false } as const
  return right(makePolicy({ observation: box(inputs), action }, network))
}

/** Made-up transitions of K + 1 rollouts under policies near θ. */
export const rollouts = (policy: Policy, steps: number, n: number, seed: number) => {
  const source = stream({ ...zeroKey, entropy: [seed] })
  const draw = (count: number, scale: number) => {
    const out = new Float64Array(count)
    fillNormal(source, out)
    return out.map((v) => v * scale)
  }
  const samples: Record<string, Float64Array> = {}
  for (let k = 0; k <= steps; k++) {
    const discrete = policy.distribution === "categorical"
    samples[`observation${k}`] = draw(n * policy.inputs, 1)
    const action = draw(n * policy.actionSize, 1)
    samples[`action${k}`] = discrete ? action.map((a) => (a > 0 ? 1 : 0)) : action
    samples[`logProb${k}`] = draw(n, 0.3).map((v) => v - 1)
    samples[`advantage${k}`] = draw(n, 1)
  }
  return { samples, theta: draw(policy.size, 0.5) }
}

/** The defaults with changes. */
export const config = (change: { inner?: Partial<Maml["inner"]>; outer?: Partial<Maml["outer"]> }): Maml => ({
  ...defaults,
  inner: { ...defaults.inner, ...change.inner },
  outer: { ...defaults.outer, ...change.outer }
})
