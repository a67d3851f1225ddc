/** A small policy, transitions, and what curvlinops and PyTorch say of its policy-gradient loss there. */
import { makePolicy } from "../../../../algorithms/mod.ts"
import { cartPole } from "../../../../envs/mod.ts"
import type { LossRows } from "../../../../pipeline/stages/curvature/loss.ts"
import { gzipJson } from "../../../support/gzip_json.ts"
import { right } from "../../../support/right.ts"

interface Twin {
  readonly theta: readonly number[]
  readonly observation: readonly number[]
  readonly action: readonly number[]
  readonly logProb: readonly number[]
  readonly advantage: readonly number[]
  /** All below in float64. */
  readonly loss: number
  readonly vector: readonly number[]
  readonly product: readonly number[]
  readonly trace: number
  /** Traces of W1, b1, W2, … */
  readonly blocks: readonly number[]
  /** Eigenvalues, descending. */
  readonly values: readonly number[]
  /** θᵀ H⁺ θ. */
  readonly weighted: number
}

export const twin = gzipJson<Twin>("curvature/policy.json.gz")

export const policy = right(makePolicy(cartPole, { layers: 2, width: 8, activation: "tanh", taskOneHot: false }))

export const theta = Float64Array.from(twin.theta)

export const rows: LossRows = {
  count: twin.action.length,
  observation: Float64Array.from(twin.observation),
  action: Float64Array.from(twin.action),
  logProb: Float64Array.from(twin.logProb),
  advantage: Float64Array.from(twin.advantage)
}
