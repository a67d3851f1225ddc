/** What may be wrong where log π is not what was logged: everything that is likely, as another reading of the rows. */
import * as E from "fp-ts/lib/Either.js"
import { makePolicy } from "../../algorithms/internal.ts"
import type { LoggedRows, Reading } from "./logged.ts"

/** A cause, and what to do about it. */
export interface Cause extends Reading {
  readonly cause: string
  readonly fix: string
  /** Other rows in place of these. */
  readonly rows?: LoggedRows
  /** What was done is not exactly known: much nearer is near enough. */
  readonly roughly?: true
}

/** Everything that is likely, one at a time. */
export const causes = (rows: LoggedRows, reading: Reading): readonly Cause[] => {
  const { given, form, normalised } = reading
  const { policy } = given
  const { action } = policy.spaces
  const squashed = policy.distribution === "squashedGaussian"
  const scaled = action._tag === "Box" && action.low.every(Number.isFinite) && action.high.every(Number.isFinite)
  return [
    ...(policy.config.normalise?.observation === true
      ? [
          normalised
            ? {
                ...reading,
                normalised: false,
                cause: "observations are not normalised yet",
                fix: "leave out --normalised"
              }
            : {
                ...reading,
                normalised: true,
                cause: "observations are normalised already",
                fix: "say so by --normalised"
              }
        ]
      : [
          {
            ...reading,
            rows: standardised(rows, policy.inputs),
            roughly: true as const,
            cause: "the policy saw normalised observations, and the rows are as the environment gave them",
            fix: "give VecNormalize's moments by --moments"
          }
        ]),
    ...otherActivations(reading),
    ...(squashed
      ? [
          ...(["unit", "played", "drawn"] as const)
            .filter((f) => f !== form)
            .map((f) => ({ ...reading, form: f, cause: `actions are ${forms[f]}`, fix: `say so by --actions ${f}` })),
          {
            ...reading,
            less: "slope" as const,
            cause: "log_prob is that before the squashing",
            fix: "take off Σ log(1 − a²), as the policy's own log_prob does"
          }
        ]
      : []),
    ...(!squashed && scaled ? scaledActions(rows, reading) : []),
    ...(action._tag === "Discrete"
      ? [
          {
            ...reading,
            rows: { ...rows, action: rows.action.map((a) => a - 1) },
            cause: "actions are counted from 1",
            fix: "count them from 0"
          }
        ]
      : [])
  ]
}

/** The same two at a time: often what was logged is neither normalised nor squashed as the policy has it. */
export const pairs = (rows: LoggedRows, reading: Reading): readonly Cause[] =>
  causes(rows, reading).flatMap((a) =>
    causes(a.rows ?? rows, a).map((b): Cause => {
      const changed = b.rows ?? a.rows
      const less = b.less ?? a.less
      const { given, form, normalised } = b
      return {
        given,
        form,
        normalised,
        cause: `${a.cause}, and ${b.cause}`,
        fix: `${a.fix}, and ${b.fix}`,
        ...(less === undefined ? {} : { less }),
        ...(changed === undefined ? {} : { rows: changed }),
        ...(a.roughly === true || b.roughly === true ? { roughly: true as const } : {})
      }
    })
  )

const forms = {
  unit: "within [−1, 1]",
  played: "scaled to the environment's bounds",
  drawn: "as drawn, before the squashing"
}

/** Each number of an observation with mean 0 and deviation 1 over these rows: near enough to tell a policy that saw such. */
const standardised = (rows: LoggedRows, inputs: number): LoggedRows => {
  const observation = Float64Array.from(rows.observation)
  for (let i = 0; i < inputs; i++) {
    let [sum, squares] = [0, 0]
    for (let r = 0; r < rows.count; r++) sum += observation[r * inputs + i]!
    const mean = sum / rows.count
    for (let r = 0; r < rows.count; r++) squares += (observation[r * inputs + i]! - mean) ** 2
    const deviation = Math.sqrt(squares / rows.count) + 1e-8
    for (let r = 0; r < rows.count; r++) observation[r * inputs + i] = (observation[r * inputs + i]! - mean) / deviation
  }
  return { ...rows, observation }
}

/** The same weights with another nonlinearity. */
const otherActivations = (reading: Reading): readonly Cause[] => {
  const { policy } = reading.given
  if (policy.network.words.length === 0 || policy.distribution === "squashedGaussian") return []
  return (["tanh", "relu", "sigmoid"] as const)
    .filter((a) => a !== policy.config.activation)
    .flatMap((activation) => {
      const other = makePolicy(policy.spaces, { ...policy.config, activation })
      return E.isRight(other)
        ? [
            {
              ...reading,
              given: { ...reading.given, policy: other.right },
              cause: `the nonlinearity is ${activation}`,
              fix: `say --activation ${activation}`
            }
          ]
        : []
    })
}

/** Of a Gaussian over the whole range, or over [−1, 1]. */
const scaledActions = (rows: LoggedRows, reading: Reading): readonly Cause[] => {
  const { action } = reading.given.policy.spaces
  if (action._tag !== "Box") return []
  const n = reading.given.policy.actionSize
  const by = (f: (a: number, low: number, high: number) => number): LoggedRows => ({
    ...rows,
    action: rows.action.map((a, i) => f(a, action.low[i % n]!, action.high[i % n]!))
  })
  return [
    {
      ...reading,
      rows: by((a, low, high) => low + ((high - low) * (a + 1)) / 2),
      cause: "actions are scaled to [−1, 1]",
      fix: "log them as they were drawn"
    },
    {
      ...reading,
      rows: by((a, low, high) => (2 * (a - low)) / (high - low) - 1),
      cause: "actions are scaled to the environment's bounds, and the policy draws within [−1, 1]",
      fix: "log them as they were drawn"
    },
    {
      ...reading,
      rows: by((a) => Math.atanh(a)),
      cause: "actions went through tanh",
      fix: "log them as they were drawn, before the squashing"
    }
  ]
}
