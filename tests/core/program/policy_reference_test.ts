import assert from "node:assert/strict"
import { test } from "node:test"
import { categorical } from "../../../core/dist/mod.ts"
import {
  broadcast,
  evaluate,
  grad,
  hvp,
  iota,
  jvp,
  mean,
  perExample,
  program,
  reshape,
  slice,
  sum,
  vjp
} from "../../../core/program/mod.ts"
import { type Net, policy, weighted } from "./policies.ts"
import { built, close, closeDigest, type Digest, probe, reference, tol } from "./support.ts"

interface Reference {
  readonly net: Net
  readonly params: readonly number[]
  readonly inputs: readonly number[][]
  readonly actions: readonly (number | number[])[]
  readonly outputs: readonly number[][]
  readonly log_probs: readonly number[]
  readonly log_probs_all_actions: readonly number[][] | null
  readonly entropy: readonly number[]
  readonly advantages: readonly number[]
  readonly per_example_grad_rows: readonly number[]
  readonly per_example_grads: readonly number[][]
  readonly per_example_grad_digest: {
    readonly norm: readonly number[]
    readonly sum: readonly number[]
    readonly probe_dots: readonly number[][]
  }
  readonly reinforce_loss: number
  readonly reinforce_grad: readonly number[]
  readonly reinforce_hvp: readonly number[] | null
  readonly reinforce_hvp_digest: Digest
  readonly fisher_vp: readonly number[] | null
  readonly fisher_vp_digest: Digest
  readonly empirical_fisher_vp_digest: Digest
  readonly jvp_outputs: readonly number[][]
  readonly jvp_log_probs: readonly number[]
  readonly grad_of_sum_output0_wrt_inputs: readonly number[][]
}

for (const name of ["policy_gaussian", "policy_relu_categorical", "policy_tanh_categorical"]) {
  const r = reference<Reference>(name)
  const p = policy(r.net)
  const rows = r.inputs.length
  const [inputs, outputs] = [r.net.sizes[0]!, r.net.sizes[r.net.sizes.length - 1]!]
  const given = { theta: r.params, x: r.inputs.flat(), a: r.actions.flat() }
  const shapes = { theta: [p.size], x: [rows, inputs], a: p.actions(rows) }
  const v = probe(0, p.size)

  test(`evaluate() of ${name} gives torch's outputs, log-probabilities and entropies`, () => {
    assert.equal(p.size, r.net.n_params)
    const y = evaluate(
      built(
        program(name, shapes, ({ theta, x, a }) => ({
          output: p.output(theta, x),
          logp: p.logProb(theta, x, a),
          entropy: p.entropy(theta, x)
        }))
      ),
      given
    )
    close(y.output, r.outputs.flat(), tol.f64, "outputs")
    close(y.logp, r.log_probs, tol.f64, "log_probs")
    close(y.entropy, r.entropy, tol.f64, "entropy")
    if (r.log_probs_all_actions === null) return
    const all = built(
      program("all actions", { theta: [p.size], x: [rows, inputs] }, ({ theta, x }) => {
        const logits = reshape(p.output(theta, x), [rows, 1, outputs])
        const every = broadcast(iota(outputs), [rows, outputs])
        return { logp: categorical.logProb({ logits: broadcast(logits, [rows, outputs, outputs]) }, every) }
      })
    )
    close(evaluate(all, given).logp, r.log_probs_all_actions.flat(), tol.f64, "log_probs_all_actions")
  })

  test(`perExample(grad) of ${name} gives torch's gradient of every row`, () => {
    const one = built(
      program(name, { theta: [p.size], x: [1, inputs], a: p.actions(1) }, ({ theta, x, a }) => ({
        logp: sum(p.logProb(theta, x, a))
      }))
    )
    const all = built(perExample({ batched: ["x", "a"], size: rows })(built(grad({ of: "logp", wrt: ["theta"] })(one))))
    const g = evaluate(all, given)["grad.theta"]
    const row = (i: number) => g.subarray(i * p.size, (i + 1) * p.size)
    r.per_example_grad_rows.forEach((i, k) => {
      close(row(i), r.per_example_grads[k]!, tol.f64, `gradient of row ${i}`)
    })
    for (let i = 0; i < rows; i++) {
      const { norm, sum, probe_dots } = r.per_example_grad_digest
      closeDigest(row(i), { norm: norm[i]!, sum: sum[i]!, probe_dots: probe_dots[i]! }, tol.f64, `row ${i}`)
    }
  })

  const reinforce = built(
    program("reinforce", { ...shapes, w: [rows] }, ({ theta, x, a, w }) => ({ loss: weighted(p, theta, x, a, w) }))
  )

  test(`hvp() of ${name} gives torch's REINFORCE loss, gradient and Hessian-vector product`, () => {
    const y = evaluate(built(hvp({ of: "loss", wrt: "theta" })(reinforce)), { ...given, w: r.advantages, "v.theta": v })
    close(y.loss, [r.reinforce_loss], tol.f64, "loss")
    close(y["grad.theta"], r.reinforce_grad, tol.f64, "gradient")
    closeDigest(y["hvp.theta"], r.reinforce_hvp_digest, tol.second, "hvp")
    if (r.reinforce_hvp !== null) close(y["hvp.theta"], r.reinforce_hvp, tol.second, "hvp")
  })

  test(`hvp() of the KL of ${name} gives torch's Fisher-vector product`, () => {
    const kl = built(
      program("kl", { theta: [p.size], old: [p.size], x: [rows, inputs] }, ({ theta, old, x }) => ({
        kl: mean(p.kl(old, theta, x))
      }))
    )
    const y = evaluate(built(hvp({ of: "kl", wrt: "theta" })(kl)), { ...given, old: r.params, "v.theta": v })
    close(y.kl, [0], tol.f64, "kl of equal policies")
    closeDigest(y["hvp.theta"], r.fisher_vp_digest, tol.second, "Fisher product")
    if (r.fisher_vp !== null) close(y["hvp.theta"], r.fisher_vp, tol.second, "Fisher product")
  })

  test(`jvp() and vjp() of ${name} give torch's directional derivatives and empirical Fisher product`, () => {
    const both = built(
      program(name, shapes, ({ theta, x, a }) => ({ output: p.output(theta, x), logp: p.logProb(theta, x, a) }))
    )
    const y = evaluate(built(jvp({ wrt: ["theta"] })(both)), { ...given, "dot.theta": v })
    close(y["dot.output"], r.jvp_outputs.flat(), tol.f64, "jvp of the outputs")
    close(y["dot.logp"], r.jvp_log_probs, tol.f64, "jvp of log-probabilities")
    const back = built(vjp({ of: ["logp"], wrt: ["theta"] })(both))
    const f = evaluate(back, { ...given, "bar.logp": y["dot.logp"].map((d) => d / rows) })
    closeDigest(f["bar.theta"], r.empirical_fisher_vp_digest, tol.f64, "empirical Fisher product")
  })

  test(`grad() of ${name} gives torch's derivative with respect to the inputs`, () => {
    const first = built(
      program(name, { theta: [p.size], x: [rows, inputs] }, ({ theta, x }) => ({
        y: sum(slice(p.output(theta, x), [0, 0], [rows, 1]))
      }))
    )
    const g = evaluate(built(grad({ of: "y", wrt: ["x"] })(first)), given)
    close(g["grad.x"], r.grad_of_sum_output0_wrt_inputs.flat(), tol.f64, "input gradient")
  })
}
