import { test } from "node:test"
import { type Correction, squashedGaussian } from "../../../core/dist/mod.ts"
import { layout, mlp } from "../../../core/network/mod.ts"
import {
  add,
  clip,
  concat,
  evaluate,
  exp,
  grad,
  matmul,
  mean,
  min,
  mul,
  neg,
  perExample,
  program,
  relu,
  reshape,
  square,
  sub,
  sum,
  type Tensor
} from "../../../core/program/mod.ts"
import { type Net, network } from "./policies.ts"
import { built, close, closeDigest, type Digest, reference, tol } from "./support.ts"

interface Form {
  readonly policy_mean: readonly number[][]
  readonly policy_log_std: readonly number[][]
  readonly policy_actions: readonly number[][]
  readonly log_probs: readonly number[]
  readonly grad_log_prob_rows_0_1: readonly number[][]
  readonly next_actions: readonly number[][]
  readonly next_log_probs: readonly number[]
  readonly target_q: readonly number[]
  readonly q1: readonly number[]
  readonly q2: readonly number[]
  readonly critic_loss: number
  readonly critic_grad_q1: readonly number[]
  readonly critic_grad_q2: readonly number[]
  readonly actor_loss: number
  readonly actor_grad: readonly number[]
  readonly temperature_loss_log_alpha: number
  readonly temperature_grad_log_alpha: number
  readonly temperature_loss_alpha: number
  readonly temperature_grad_alpha_form: number
}

interface Case {
  readonly obs_dim: number
  readonly act_dim: number
  readonly hidden: number
  readonly policy_params: readonly number[]
  readonly q_net: Net
  readonly q1_params: readonly number[]
  readonly q2_params: readonly number[]
  readonly target_q1_params: readonly number[]
  readonly target_q2_params: readonly number[]
  readonly log_alpha: number
  readonly gamma: number
  readonly obs: readonly number[][]
  readonly next_obs: readonly number[][]
  readonly actions: readonly number[][]
  readonly rewards: readonly number[]
  readonly dones: readonly number[]
  readonly eps: readonly number[][]
  readonly next_eps: readonly number[][]
  readonly target_entropy: number
  readonly forms: { readonly eps: Form; readonly softplus: Form }
  readonly polyak_tau: number
  readonly polyak_target_q1_digest: Digest
}

/** The actor: a trunk with relu after both layers, then a head for the mean and one for the held log-deviation. */
const actor = (c: Case) => {
  const trunk = mlp({ inputs: c.obs_dim, hidden: [c.hidden], outputs: c.hidden, activation: "relu" })
  const theta = layout([
    { name: "trunk", shape: [trunk.layout.size] },
    { name: "muW", shape: [c.act_dim, c.hidden] },
    { name: "mub", shape: [c.act_dim] },
    { name: "sW", shape: [c.act_dim, c.hidden] },
    { name: "sb", shape: [c.act_dim] }
  ])
  const head = (t: Tensor, x: Tensor) => {
    const h = relu(trunk.forward(theta.view(t, "trunk"), x).output)
    const linear = (w: "muW" | "sW", b: "mub" | "sb") =>
      add(matmul(h, theta.view(t, w), { transposeB: true }), theta.view(t, b))
    return { mean: linear("muW", "mub"), logStd: clip(linear("sW", "sb"), -20, 2) }
  }
  return { size: theta.size, head }
}

reference<{ readonly cases: readonly Case[] }>("sac").cases.forEach((c, i) => {
  const forms: readonly (readonly [Correction, Form])[] = [
    ["epsilon", c.forms.eps],
    ["exact", c.forms.softplus]
  ]
  const n = c.obs.length
  const pi = actor(c)
  const q = network(c.q_net)
  const [od, ad] = [c.obs_dim, c.act_dim]
  const value = (phi: Tensor, x: Tensor, a: Tensor) => reshape(q.forward(phi, concat([x, a], 1)).output, [n])
  for (const [how, r] of forms) {
    test(`SAC losses and gradients of case ${i}, correction ${how}, are torch's`, () => {
      const sac = program(
        "sac",
        {
          theta: [pi.size],
          q1: [q.layout.size],
          q2: [q.layout.size],
          t1: [q.layout.size],
          t2: [q.layout.size],
          logAlpha: [],
          obs: [n, od],
          next: [n, od],
          action: [n, ad],
          reward: [n],
          done: [n],
          eps: [n, ad],
          nextEps: [n, ad]
        },
        (x) => {
          const head = pi.head(x.theta, x.obs)
          const now = squashedGaussian.draw(head, x.eps, how)
          const later = squashedGaussian.draw(pi.head(x.theta, x.next), x.nextEps, how)
          const best = min(value(x.t1, x.next, later.action), value(x.t2, x.next, later.action))
          const soft = sub(best, mul(exp(x.logAlpha), later.logProb))
          const target = add(x.reward, mul(mul(sub(1, x.done), soft), c.gamma))
          const [v1, v2] = [value(x.q1, x.obs, x.action), value(x.q2, x.obs, x.action)]
          const miss = (v: Tensor) => mean(square(sub(v, target)))
          const worth = min(value(x.q1, x.obs, now.action), value(x.q2, x.obs, now.action))
          const gap = add(now.logProb, c.target_entropy)
          return {
            ...head,
            action: now.action,
            logp: now.logProb,
            nextAction: later.action,
            nextLogp: later.logProb,
            target,
            v1,
            v2,
            critic: mul(add(miss(v1), miss(v2)), 0.5),
            actor: mean(sub(mul(exp(x.logAlpha), now.logProb), worth)),
            temperature: neg(mean(mul(x.logAlpha, gap))),
            temperatureAlpha: neg(mean(mul(exp(x.logAlpha), gap))),
            polyak: add(mul(x.t1, 1 - c.polyak_tau), mul(x.q1, c.polyak_tau))
          }
        }
      )
      const critic = built(grad({ of: "critic", wrt: ["q1", "q2"], as: "critic" })(built(sac)))
      const both = built(grad({ of: "actor", wrt: ["theta"], as: "actor" })(critic))
      const all = built(grad({ of: "temperature", wrt: ["logAlpha"], as: "t" })(both))
      const y = evaluate(built(grad({ of: "temperatureAlpha", wrt: ["logAlpha"], as: "ta" })(all)), {
        theta: c.policy_params,
        q1: c.q1_params,
        q2: c.q2_params,
        t1: c.target_q1_params,
        t2: c.target_q2_params,
        logAlpha: [c.log_alpha],
        obs: c.obs.flat(),
        next: c.next_obs.flat(),
        action: c.actions.flat(),
        reward: c.rewards,
        done: c.dones,
        eps: c.eps.flat(),
        nextEps: c.next_eps.flat()
      })
      close(y.mean, r.policy_mean.flat(), tol.f64, "policy_mean")
      close(y.logStd, r.policy_log_std.flat(), tol.f64, "policy_log_std")
      close(y.action, r.policy_actions.flat(), tol.f64, "policy_actions")
      close(y.logp, r.log_probs, tol.f64, "log_probs")
      close(y.nextAction, r.next_actions.flat(), tol.f64, "next_actions")
      close(y.nextLogp, r.next_log_probs, tol.f64, "next_log_probs")
      close(y.target, r.target_q, tol.f64, "target_q")
      close(y.v1, r.q1, tol.f64, "q1")
      close(y.v2, r.q2, tol.f64, "q2")
      close(y.critic, [r.critic_loss], tol.f64, "critic_loss")
      close(y.actor, [r.actor_loss], tol.f64, "actor_loss")
      close(y.temperature, [r.temperature_loss_log_alpha], tol.f64, "temperature_loss_log_alpha")
      close(y.temperatureAlpha, [r.temperature_loss_alpha], tol.f64, "temperature_loss_alpha")
      close(y["critic.q1"], r.critic_grad_q1, tol.f64, "critic_grad_q1")
      close(y["critic.q2"], r.critic_grad_q2, tol.f64, "critic_grad_q2")
      close(y["actor.theta"], r.actor_grad, tol.f64, "actor_grad")
      close(y["t.logAlpha"], [r.temperature_grad_log_alpha], tol.f64, "temperature_grad_log_alpha")
      close(y["ta.logAlpha"], [r.temperature_grad_alpha_form], tol.f64, "temperature_grad_alpha_form")
      closeDigest(y.polyak, c.polyak_target_q1_digest, tol.f64, "polyak average")
    })

    test(`perExample(grad) of the squashed log-probability of case ${i}, correction ${how}, is torch's`, () => {
      const one = program("logp", { theta: [pi.size], x: [1, od], eps: [1, ad] }, ({ theta, x, eps }) => ({
        logp: sum(squashedGaussian.draw(pi.head(theta, x), eps, how).logProb)
      }))
      const each = built(grad({ of: "logp", wrt: ["theta"] })(built(one)))
      const y = evaluate(built(perExample({ batched: ["x", "eps"], size: 2 })(each)), {
        theta: c.policy_params,
        x: c.obs.slice(0, 2).flat(),
        eps: c.eps.slice(0, 2).flat()
      })
      close(y["grad.theta"], r.grad_log_prob_rows_0_1.flat(), tol.f64, "grad_log_prob_rows_0_1")
    })
  }
})
