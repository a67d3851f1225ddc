/** From rows as somebody logged them to what the policy saw and drew. */
import * as E from "fp-ts/lib/Either.js"
import { normaliser } from "../../algorithms/internal.ts"
import type { Policy } from "../../algorithms/mod.ts"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { log1p } from "../../core/math/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import type { Survey } from "./survey.ts"

/**
 * What stands in a column of actions of a squashed policy: u before the squashing, tanh u, or that scaled to the environment's bounds.
 * Of any other policy it is what was drawn.
 */
export type ActionForm = "drawn" | "unit" | "played"

/** A policy at θ, and what it normalises by. */
export interface GivenPolicy {
  readonly policy: Policy
  readonly theta: Floats
  readonly moments?: Floats | undefined
}

/** One row into arrays of the policy's own numbers, in place. */
export interface RowEncoder {
  readonly observation: (from: Floats, at: number, to: Floats, toAt: number) => void
  readonly action: (from: Floats, at: number, to: Floats, toAt: number) => void
}

/** The largest float32 below 1: what tanh u rounds to is taken for no more. */
const BELOW_ONE = 1 - 2 ** -24

/** tanh⁻¹ a = ½·log((1 + a)/(1 − a)). */
const unsquashed = (a: number): number => {
  const x = Math.min(BELOW_ONE, Math.max(-BELOW_ONE, a))
  return 0.5 * log1p((2 * x) / (1 - x))
}

/**
 * Makes the encoder of a policy's rows; `normalised` observations stay as they are.
 *
 * - Errors: `ArgumentError` for moments of another size than the policy's.
 */
export const rowEncoder = (
  { policy, moments }: Pick<GivenPolicy, "policy" | "moments">,
  form: ActionForm,
  normalised: boolean
): E.Either<ArgumentError, RowEncoder> => {
  const { inputs, actionSize, spaces } = policy
  const scale = normaliser(policy, [])
  const { action } = spaces
  const squashed = policy.distribution === "squashedGaussian" && form !== "drawn" && action._tag === "Box"
  return E.map(
    (): RowEncoder => ({
      observation: (from, at, to, toAt) => {
        for (let i = 0; i < inputs; i++) to[toAt + i] = from[at + i]!
        if (!normalised) scale.observation(to, toAt, from, at)
      },
      action: (from, at, to, toAt) => {
        for (let i = 0; i < actionSize; i++) {
          const a = from[at + i]!
          if (!squashed) to[toAt + i] = a
          else if (form === "unit") to[toAt + i] = unsquashed(a)
          else to[toAt + i] = unsquashed((2 * (a - action.low[i]!)) / (action.high[i]! - action.low[i]!) - 1)
        }
      }
    })
  )(scale.set(moments))
}

/** The form that actions of this size have, where nobody says it. */
export const actionForm = (
  { distribution, spaces: { action } }: Policy,
  { largestAction }: Pick<Survey, "largestAction">
): ActionForm => {
  if (distribution !== "squashedGaussian" || action._tag !== "Box") return "drawn"
  if (largestAction <= 1) return "unit"
  const most = Math.max(...action.low.map(Math.abs), ...action.high.map(Math.abs))
  return largestAction <= most * (1 + 1e-6) ? "played" : "drawn"
}
