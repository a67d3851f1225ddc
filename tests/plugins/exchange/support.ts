/** Policies that were written by the real libraries, with their log-probabilities. */
import * as E from "fp-ts/lib/Either.js"
import { momentsSize, normaliser } from "../../../algorithms/mod.ts"
import { evaluate, program } from "../../../core/program/mod.ts"
import { type ImportedPolicy, parsePolicy } from "../../../plugins/exchange/mod.ts"
import { readVecNormalize } from "../../../plugins/exchange/policies/moments.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { right } from "../../algorithms/support.ts"
import { built } from "../../core/program/support.ts"
import { fixture } from "../../pipeline/stages/support.ts"

export interface Case {
  readonly name: string
  readonly file: string
  readonly moments?: string
  readonly observation: readonly (readonly number[])[]
  readonly action: readonly (number | readonly number[])[]
  readonly logProb: readonly number[]
  readonly value?: readonly number[]
  /** Where rewards were normalised: the same in units of reward. */
  readonly returns?: readonly number[]
  /** Files that an ONNX graph has weights in. */
  readonly beside?: Readonly<Record<string, string>>
}

interface Reference {
  readonly cases: readonly Case[]
  readonly types: {
    readonly file: string
    readonly tensors: Readonly<
      Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>
    >
  }
  readonly bad: Readonly<Record<"module" | "old" | "evil" | "dqn" | "td3", string>>
}

export const reference = fixture<Reference>("policies/reference")

export const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"))

export const { algorithms: known } = catalog

/** The name that a case's file would have. */
export const fileOf = ({ name }: Pick<Case, "name">): string =>
  `${name}.${name.startsWith("onnx") ? "onnx" : name.startsWith("cleanrl") ? "cleanrl_model" : name.endsWith("dict") ? "pth" : "zip"}`

export const importedCase = (c: Case): ImportedPolicy => {
  const normaliser =
    c.moments === undefined ? undefined : right(readVecNormalize(bytesOf(c.moments), "vec_normalize.pkl"))
  const files = new Map(Object.entries(c.beside ?? {}).map(([name, base64]) => [name, bytesOf(base64)]))
  return right(parsePolicy(bytesOf(c.file), fileOf(c), { algorithms: known, normaliser, files }))
}

/** log π of every row, in float64; squashed actions are taken back to before the squashing. */
export const logProbs = ({ policy, theta, moments }: ImportedPolicy, c: Pick<Case, "observation" | "action">) => {
  const rows = c.observation.length
  const observation = Float64Array.from(c.observation.flat())
  const scale = normaliser(policy, [])
  right(scale.set(momentsSize(policy) === 0 ? undefined : moments))
  for (let r = 0; r < rows; r++) scale.observation(observation, r * policy.inputs)
  const squashed = policy.distribution === "squashedGaussian"
  const action = Float64Array.from(c.action.flat(), (a) => (squashed ? Math.atanh(a) : a))
  const p = built(
    program(
      "log π",
      { theta: [policy.size], observation: [rows, policy.inputs], action: policy.actionShape(rows) },
      (x) => ({ logProb: policy.logProb(x.theta, x.observation, x.action).logProb })
    )
  )
  return evaluate(p, { theta: Float64Array.from(theta), observation, action }).logProb
}

export const complaint = (e: E.Either<{ readonly message: string }, unknown>): string =>
  E.isLeft(e) ? e.left.message : "read"
