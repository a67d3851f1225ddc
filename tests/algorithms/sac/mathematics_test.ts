import { test } from "node:test"
import { actorLoss, criticLoss, networks, target, temperatureLoss } from "../../../algorithms/sac/mathematics.ts"
import { sac } from "../../../algorithms/sac/sac.ts"
import { evaluate, gradients, mean, program, type Tensor } from "../../../core/program/mod.ts"
import { built, close, reference, tol } from "../../core/program/support.ts"
import { right } from "../support.ts"

interface Form {
  readonly log_probs: readonly number[]
  readonly target_q: readonly number[]
  readonly q1: readonly number[]
  readonly critic_loss: number
  readonly critic_grad_q1: readonly number[]
  readonly critic_grad_q2: readonly number[]
  readonly actor_loss: number
  readonly actor_grad: readonly number[]
  readonly temperature_loss_log_alpha: number
  readonly temperature_grad_log_alpha: number
}

type Rows = readonly (readonly number[])[]

interface Case {
  readonly obs_dim: number
  readonly act_dim: number
  readonly hidden: number
  readonly policy_params: readonly number[]
  readonly q1_params: readonly number[]
  readonly q2_params: readonly number[]
  readonly target_q1_params: readonly number[]
  readonly target_q2_params: readonly number[]
  readonly log_alpha: number
  readonly gamma: number
  readonly obs: Rows
  readonly next_obs: Rows
  readonly actions: Rows
  readonly rewards: readonly number[]
  readonly dones: readonly number[]
  readonly eps: Rows
  readonly next_eps: Rows
  readonly target_entropy: number
  readonly forms: { readonly eps: Form; readonly softplus: Form }
}

const box = (n: number) => ({
  _tag: "Box" as const,
  low: new Array<number>(n).fill(-1),
  high: new Array<number>(n).fill(1),
  names: Array.from({ length: n }, (_, i) => `x${i}`),
  units: new Array<string>(n).fill(""),
  dtype: "float32" as const
})

/** The reference keeps both heads apart, W_μ, b_μ, W_σ, b_σ; ours are one layer. */
const joined = (c: Case, theirs: readonly number[]): number[] => {
  const [w, b] = [c.act_dim * c.hidden, c.act_dim]
  const from = theirs.length - 2 * (w + b)
  const part = (at: number, size: number) => theirs.slice(from + at, from + at + size)
  return [...theirs.slice(0, from), ...part(0, w), ...part(w + b, w), ...part(w, b), ...part(2 * w + b, b)]
}

reference<{ readonly cases: readonly Case[] }>("sac").cases.forEach((c, i) => {
  for (const [correction, r] of [
    ["epsilon", c.forms.eps],
    ["exact", c.forms.softplus]
  ] as const) {
    test(`sac's losses and gradients of case ${i}, correction ${correction}, are torch's`, () => {
      const config = { layers: 2, width: c.hidden, activation: "relu", taskOneHot: false } as const
      const policy = right(sac.makePolicy({ observation: box(c.obs_dim), action: box(c.act_dim) }, config))
      const n = networks(policy, { ...sac.defaults, correction })
      const rows = c.obs.length
      const shapes = {
        theta: [policy.size],
        value: [n.twins.size],
        target: [n.twins.size],
        logAlpha: [1],
        observation: [rows, c.obs_dim],
        next: [rows, c.obs_dim],
        action: [rows, c.act_dim],
        reward: [rows],
        terminated: [rows],
        alpha: [rows],
        noise: [rows, c.act_dim],
        nextNoise: [rows, c.act_dim]
      }
      const losses = program("losses", shapes, (x) => {
        const twins = (phi: Tensor) => [n.twins.view(phi, "q1"), n.twins.view(phi, "q2")] as const
        const later = n.actionKind.soft(policy.head(x.theta, x.next), twins(x.target), x.next, x.nextNoise)
        const y = target(c.gamma, x, later)
        const [one, two] = twins(x.value)
        const q1 = n.actionKind.q(one, x.observation, x.action)
        const critic = mean(criticLoss([q1, n.actionKind.q(two, x.observation, x.action)], y))
        const now = n.actionKind.soft(policy.head(x.theta, x.observation), twins(x.value), x.observation, x.noise)
        const actor = mean(actorLoss(x.alpha, now))
        const temperature = mean(temperatureLoss(x.logAlpha, now.logProb, c.target_entropy))
        const [criticGradient] = gradients(critic, [x.value])
        const [actorGradient] = gradients(actor, [x.theta])
        const [temperatureGradient] = gradients(temperature, [x.logAlpha])
        return {
          y,
          q1,
          logProb: now.logProb,
          critic,
          actor,
          temperature,
          criticGradient: criticGradient!,
          actorGradient: actorGradient!,
          temperatureGradient: temperatureGradient!
        }
      })
      const y = evaluate(built(losses), {
        theta: joined(c, c.policy_params),
        value: [...c.q1_params, ...c.q2_params],
        target: [...c.target_q1_params, ...c.target_q2_params],
        logAlpha: [c.log_alpha],
        observation: c.obs.flat(),
        next: c.next_obs.flat(),
        action: c.actions.flat(),
        reward: c.rewards,
        terminated: c.dones,
        alpha: new Array<number>(rows).fill(Math.exp(c.log_alpha)),
        noise: c.eps.flat(),
        nextNoise: c.next_eps.flat()
      })
      close(y.logProb, r.log_probs, tol.f64, "log_probs")
      close(y.y, r.target_q, tol.f64, "target_q")
      close(y.q1, r.q1, tol.f64, "q1")
      close(y.critic, [r.critic_loss], tol.f64, "critic_loss")
      close(y.criticGradient, [...r.critic_grad_q1, ...r.critic_grad_q2], tol.f64, "critic gradients")
      close(y.actor, [r.actor_loss], tol.f64, "actor_loss")
      close(y.actorGradient, joined(c, r.actor_grad), tol.f64, "actor_grad")
      close(y.temperature, [r.temperature_loss_log_alpha], tol.f64, "temperature_loss")
      close(y.temperatureGradient, [r.temperature_grad_log_alpha], tol.f64, "temperature_grad")
    })
  }
})
