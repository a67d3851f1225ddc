/** The policy-gradient loss on some transitions, as a program. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { Policy } from "../../../algorithms/mod.ts"
import * as T from "../../../core/program/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"

/** Transitions that a loss is on: n of them. */
export interface LossRows {
  readonly count: number
  /** `[n, policy.inputs]`. */
  readonly observation: Floats
  /** `[n, policy.actionSize]`. */
  readonly action: Floats
  /** log π_old(a_t|s_t) of the policy that drew the action, `[n]`. */
  readonly logProb: Floats
  /** Â_t, `[n]`. */
  readonly advantage: Floats
}

/** What of a policy a loss needs. */
export type LossPolicy = Pick<Policy, "size" | "inputs" | "actionSize" | "actionShape" | "logProb">

/** Inputs of a loss on so many rows: `weight` is 1/n in a row that counts, 0 in one that fills up. */
const shapes = (policy: LossPolicy, rows: number) => ({
  theta: [policy.size],
  observation: [rows, policy.inputs],
  action: policy.actionShape(rows),
  logProb: [rows],
  advantage: [rows],
  weight: [rows]
})

/**
 * The policy-gradient loss of every row, and their weighted sum.
 *
 *     ℓ_t(θ) = −(ρ_t − 1) Â_t,    ρ_t = π_θ(a_t|s_t) / π_old(a_t|s_t),    loss = Σ_t w_t ℓ_t
 *
 * - Source: Zhang et al., section 3.1: J(θ) = E[r_t(θ) Â_t]. Differs: less its value at the policy that drew the actions, which
 *   does not depend on θ but would be most of the noise and of the range.
 */
export const lossProgram = (policy: LossPolicy, rows: number) =>
  T.program("policy-gradient loss", shapes(policy, rows), (x) => {
    const drawn = policy.logProb(x.theta, x.observation, x.action).logProb
    const each = T.neg(T.mul(T.sub(T.exp(T.sub(drawn, x.logProb)), 1), x.advantage))
    return { each, loss: T.sum(T.mul(x.weight, each)) }
  })

/** Products of the loss's Hessian with so many vectors: `v.theta` and `hvp.theta` are `[vectors, size]`. */
export const productsProgram = (policy: LossPolicy, rows: number, vectors: number) =>
  pipe(
    lossProgram(policy, rows),
    E.chain(T.hvp({ of: "loss", wrt: "theta" })),
    E.map(onlyProducts),
    E.chain(T.perExample({ batched: ["v.theta"], size: vectors }))
  )

/**
 * Products of the Hessians of single rows, each with a vector of its own: all but θ are `[rows, …]`, and so is `hvp.theta`
 * `[rows, size]`.
 */
export const rowProductsProgram = (policy: LossPolicy, rows: number) =>
  pipe(
    lossProgram(policy, 1),
    E.chain(T.hvp({ of: "loss", wrt: "theta" })),
    E.map(onlyProducts),
    E.chain(
      T.perExample({
        batched: ["observation", "action", "logProb", "advantage", "weight", "v.theta"],
        size: rows
      })
    )
  )

/** Without the loss and its gradient, which would be repeated for every vector. */
const onlyProducts = <I extends string, O extends string>({
  name,
  inputs,
  outputs
}: T.Program<I, O | "hvp.theta">) => ({
  name,
  inputs,
  outputs: { "hvp.theta": outputs["hvp.theta"] }
})
