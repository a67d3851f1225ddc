import { test } from "node:test"
import { standardise } from "../../../core/estimate/mod.ts"
import { clipNorm } from "../../../core/optim/mod.ts"
import {
  abs,
  add,
  clip,
  concat,
  evaluate,
  exp,
  grad,
  gradients,
  less,
  mean,
  min,
  mul,
  neg,
  program,
  reshape,
  square,
  sub
} from "../../../core/program/mod.ts"
import { type Net, network, policy } from "./policies.ts"
import { built, close, reference, tol } from "./support.ts"

interface Case {
  readonly policy_net: Net
  readonly value_net: Net
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
  readonly log_probs: readonly number[]
  readonly ratio: readonly number[]
  readonly policy_loss: number
  readonly value_loss: number
  readonly entropy: number
  readonly total_loss: number
  readonly approx_kl_k3: number
  readonly clip_fraction: number
  readonly grad_policy_loss: readonly number[]
  readonly grad_total_policy: readonly number[]
  readonly grad_total_value: readonly number[]
  readonly grad_total_norm_policy_and_value: number
  readonly "clip_grad_norm_0.5_factor": number
}

reference<{ readonly ppo: readonly Case[] }>("ppo_gae").ppo.forEach((c, i) => {
  test(`PPO losses and gradients of reference case ${i} are torch's`, () => {
    const n = c.inputs.length
    const [p, v] = [policy(c.policy_net), network(c.value_net)]
    const ppo = program(
      "ppo",
      {
        theta: [p.size],
        phi: [v.layout.size],
        x: [n, c.policy_net.sizes[0]!],
        a: p.actions(n),
        old: [n],
        advantage: [n],
        returns: [n],
        oldValue: [n]
      },
      ({ theta, phi, x, a, old, advantage, returns, oldValue }) => {
        const logp = p.logProb(theta, x, a)
        const ratio = exp(sub(logp, old))
        const adv = c.normalize_advantages ? standardise(advantage) : advantage
        const policyLoss = neg(mean(min(mul(ratio, adv), mul(clip(ratio, 1 - c.clip, 1 + c.clip), adv))))
        const value = reshape(v.forward(phi, x).output, [n])
        const near =
          c.value_clip === null ? value : add(oldValue, clip(sub(value, oldValue), -c.value_clip, c.value_clip))
        const valueLoss = mean(square(sub(near, returns)))
        const entropy = mean(p.entropy(theta, x))
        const total = sub(add(policyLoss, mul(valueLoss, c.vf_coef)), mul(entropy, c.ent_coef))
        const [gTheta, gPhi] = gradients(total, [theta, phi])
        const clipped = clipNorm(concat([gTheta!, gPhi!], 0), 0.5)
        return {
          logp,
          ratio,
          policyLoss,
          valueLoss,
          entropy,
          total,
          kl: mean(sub(sub(ratio, 1), sub(logp, old))),
          clipped: mean(less(c.clip, abs(sub(ratio, 1)))),
          norm: clipped.norm,
          short: clipped.grad
        }
      }
    )
    const whole = built(grad({ of: "total", wrt: ["theta", "phi"] })(built(ppo)))
    const y = evaluate(built(grad({ of: "policyLoss", wrt: ["theta"], as: "policy" })(whole)), {
      theta: c.params,
      phi: c.value_params,
      x: c.inputs.flat(),
      a: c.actions.flat(),
      old: c.old_log_probs,
      advantage: c.advantages,
      returns: c.returns,
      oldValue: c.old_values
    })
    close(y.logp, c.log_probs, tol.f64, "log_probs")
    close(y.ratio, c.ratio, tol.f64, "ratio")
    close(y.policyLoss, [c.policy_loss], tol.f64, "policy_loss")
    close(y.valueLoss, [c.value_loss], tol.f64, "value_loss")
    close(y.entropy, [c.entropy], tol.f64, "entropy")
    close(y.total, [c.total_loss], tol.f64, "total_loss")
    close(y.kl, [c.approx_kl_k3], tol.f64, "approx_kl_k3")
    close(y.clipped, [c.clip_fraction], tol.f64, "clip_fraction")
    close(y["policy.theta"], c.grad_policy_loss, tol.f64, "grad_policy_loss")
    close(y["grad.theta"], c.grad_total_policy, tol.f64, "grad_total_policy")
    close(y["grad.phi"], c.grad_total_value, tol.f64, "grad_total_value")
    close(y.norm, [c.grad_total_norm_policy_and_value], tol.f64, "norm")
    const factor = c["clip_grad_norm_0.5_factor"]
    const want = [...c.grad_total_policy, ...c.grad_total_value].map((g) => g * factor)
    close(y.short, want, tol.f64, "clipped gradient")
  })
})
