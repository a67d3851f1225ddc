import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { makePolicy, type Ppo, ppo } from "../../../algorithms/mod.ts"
import { networks, valueProgram } from "../../../algorithms/on_policy/networks.ts"
import { updateProgram } from "../../../algorithms/on_policy/objective.ts"
import { metrics } from "../../../algorithms/ppo/objective.ts"
import { kind } from "../../../algorithms/ppo/ppo.ts"
import { evaluate, type Program, program } from "../../../core/program/mod.ts"
import { mean } from "../../../core/stat/mod.ts"
import type { Space } from "../../../envs/mod.ts"
import { built, close, reference, tol } from "../../core/program/support.ts"
import { right } from "../support.ts"

interface Case {
  readonly policy_net: { readonly sizes: readonly number[]; readonly extra_params: number }
  readonly params: readonly number[]
  readonly value_params: readonly number[]
  readonly inputs: readonly number[][]
  readonly actions: readonly (number | number[])[]
  readonly old_log_probs: readonly number[]
  readonly advantages: readonly number[]
  readonly returns: readonly number[]
  readonly old_values: readonly number[]
  readonly clip: number
  readonly vf_coef: number
  readonly ent_coef: number
  readonly normalize_advantages: boolean
  readonly value_clip: number | null
  readonly policy_loss: number
  readonly value_loss: number
  readonly entropy: number
  readonly approx_kl_k3: number
  readonly clip_fraction: number
  readonly grad_total_policy: readonly number[]
  readonly grad_total_value: readonly number[]
  readonly grad_total_norm_policy_and_value: number
}

const cases = reference<{ readonly ppo: readonly Case[] }>("ppo_gae").ppo

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

/** The reference's networks as ours. */
const networksOf = ({ policy_net: { sizes, extra_params } }: Case) => {
  const outputs = sizes[sizes.length - 1]!
  const names = Array.from({ length: outputs }, (_, i) => String(i))
  const action: Space = extra_params > 0 ? box(outputs) : { _tag: "Discrete", n: outputs, names }
  const network = { layers: 2, width: sizes[1]!, activation: "tanh", taskOneHot: false } as const
  return networks(right(makePolicy({ observation: box(sizes[0]!), action }, network)))
}

const update = (config: Ppo, c: Case, change: Partial<Record<"advantage" | "logProb", readonly number[]>> = {}) => {
  const n = networksOf(c)
  const zeros = new Float64Array(n.layout.size)
  // The optimiser's state is inputs and outputs too, under names of its own.
  const step: Program = built(updateProgram(kind, config, n, c.inputs.length))
  const out: Record<string, Float64Array> = evaluate(step, {
    parameters: [...c.params, ...c.value_params],
    m: zeros,
    v: zeros,
    correction: [0, 0],
    rate: [1e-3],
    observation: c.inputs.flat(),
    action: c.actions.flat(),
    logProb: c.old_log_probs,
    advantage: c.advantages,
    return: c.returns,
    value: c.old_values,
    ...change
  })
  const batch = c.inputs.length
  const rows = (name: (typeof metrics)[number]): Float64Array =>
    out.rows!.slice(metrics.indexOf(name) * batch, (metrics.indexOf(name) + 1) * batch)
  return {
    m: out.m!,
    parameters: out.parameters!,
    gradientNorm: out.gradientNorm!,
    figure: rows,
    mean: (name: (typeof metrics)[number]) => mean(rows(name))
  }
}

const configOf = (c: Case): Ppo => ({
  ...ppo.defaults,
  clip: c.clip,
  value: c.vf_coef,
  entropy: c.ent_coef,
  normaliseAdvantages: c.normalize_advantages,
  maxGradientNorm: "off"
})

cases.forEach((c, i) => {
  test(`updateProgram() of reference case ${i} gives torch's losses and gradients`, () => {
    const y = update(configOf(c), c)
    close([y.mean("policyLoss")], [c.policy_loss], tol.f64, "policy_loss")
    close([y.mean("entropy")], [c.entropy], tol.f64, "entropy")
    close([y.mean("kl")], [c.approx_kl_k3], tol.f64, "approx_kl_k3")
    close([y.mean("clipFraction")], [c.clip_fraction], tol.f64, "clip_fraction")
    // Adam's first moment after one step from zero is a tenth of the gradient.
    const gradient = y.m.map((x) => 10 * x)
    close(gradient.slice(0, c.params.length), c.grad_total_policy, tol.f64, "policy gradient")
    // The reference clips values as Stable-Baselines3 does, without the maximum: see the test of value clipping below.
    if (c.value_clip !== null) return
    close([y.mean("valueLoss")], [c.value_loss], tol.f64, "value_loss")
    close(gradient.slice(c.params.length), c.grad_total_value, tol.f64, "value gradient")
    close(y.gradientNorm, [c.grad_total_norm_policy_and_value], tol.f64, "norm")
  })
})

const [first] = cases
assert.ok(first !== undefined)

test("updateProgram() scales the gradient of both networks together down to the limit", () => {
  const limited = update({ ...configOf(first), maxGradientNorm: 0.1 }, first)
  assert.ok(first.grad_total_norm_policy_and_value > 0.1)
  const length = Math.sqrt(limited.m.reduce((s, x) => s + 100 * x * x, 0))
  assert.ok(Math.abs(length - 0.1) < 1e-5, `${length}`)
})

test("updateProgram() gives no gain for a ratio beyond the clip range in the direction of the advantage", () =>
  fc.assert(
    fc.property(fc.double({ min: 0.3, max: 5, noNaN: true }), fc.boolean(), (shift, gain) => {
      const sign = gain ? 1 : -1
      const plain = { ...configOf(first), normaliseAdvantages: false, entropy: 0 }
      const advantage = first.advantages.map(() => sign)
      // log π_old moved by `shift` against the advantage: every ratio is beyond 1 ± ε on the profitable side.
      const logProb = [...currentLogProb(first)].map((x) => x - sign * shift)
      const y = update(plain, first, { advantage, logProb })
      const bound = 1 + sign * plain.clip
      for (const x of y.figure("policyLoss")) assert.ok(Math.abs(x + sign * bound) < 1e-9, `${x}`)
      assert.ok(y.m.slice(0, first.params.length).every((x) => x === 0))
      assert.equal(y.mean("clipFraction"), 1)
    }),
    { numRuns: 20 }
  ))

/** log π_θ of the case's own actions. */
const currentLogProb = (c: Case): Float64Array => {
  const { policy } = networksOf(c)
  const n = c.inputs.length
  const shapes = { theta: [policy.size], observation: [n, policy.inputs], action: policy.actionShape(n) }
  const p = program("now", shapes, (x) => ({ now: policy.logProb(x.theta, x.observation, x.action).logProb }))
  return evaluate(built(p), { theta: c.params, observation: c.inputs.flat(), action: c.actions.flat() }).now
}

test("updateProgram() with value clipping takes the larger loss of the free and the held value", () => {
  const n = networksOf(first)
  const parameters = [...first.params, ...first.value_params]
  const observation = first.inputs.flat()
  const { value } = evaluate(built(valueProgram(n, first.inputs.length)), { parameters, observation })
  const delta = 0.05
  const want = first.returns.map((target, i): number => {
    const [v, old] = [value[i]!, first.old_values[i]!]
    const near = old + Math.min(Math.max(v - old, -delta), delta)
    return Math.max((v - target) ** 2, (near - target) ** 2)
  })
  close(update({ ...configOf(first), valueClip: delta }, first).figure("valueLoss"), want, tol.f64, "value loss")
})
