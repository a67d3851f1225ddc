/** What the Python side tells of an environment, as one of ours. */
import { URLSearchParams } from "node:url"
import * as Either from "fp-ts/lib/Either.js"
import { checkedBatch, floatsFromText, NO_LIMIT } from "../../envs/internal.ts"
import type { Environment } from "../../envs/mod.ts"
import {
  type Batch,
  flag,
  number,
  type OpenBatch,
  type Parameter,
  type ParameterTable,
  type Params,
  resolve,
  type Space,
  text
} from "../../envs/mod.ts"
import { envError, fault, PREFIX } from "./failure.ts"
import type { Description, SpaceText } from "./messages.ts"

/** An id and the constructor's arguments that it fixes: `gymnasium:Name-v0?argument=value&…`. */
export interface Reference {
  readonly id: string
  readonly fixed: Params
}

/** Reads `gymnasium:ID?argument=value&argument=value`; `true`, `false` and numbers are meant as such. */
export const parseId = (name: string): Reference => {
  const [id = "", query = ""] = name.slice(PREFIX.length).split(/\?(.*)/s)
  return { id, fixed: Object.fromEntries(Array.from(new URLSearchParams(query), ([key, v]) => [key, typedValue(v)])) }
}

/** A value as a person types it. */
export const typedValue = (typed: string): number | boolean | string => {
  if (typed === "true" || typed === "false") return typed === "true"
  return typed.trim() !== "" && Number.isFinite(Number(typed)) ? Number(typed) : typed
}

export type Spaces = Pick<Environment, "observation" | "action">

/** Opens members of an environment with these spaces. */
export type Open = (spaces: Spaces, ...given: Parameters<OpenBatch>) => ReturnType<OpenBatch>

/** The record of an environment; undefined where the description contradicts itself. */
export const environmentOf = (name: string, d: Description, open: Open): Environment | undefined => {
  const [observation, action] = [spaceOf(d.observation), spaceOf(d.action)]
  if (observation === undefined || action === undefined) return undefined
  const targeted = parseId(name).fixed.target === "velocity"
  const parameters: ParameterTable = Object.fromEntries(
    Object.entries(d.parameters).map(([key, value]) => [key, parameterOf(value, meaningOf(key, d, targeted))])
  )
  return {
    id: name,
    version: d.versions,
    summary: `Gymnasium's ${name.slice(PREFIX.length)}, in a Python process`,
    observation,
    action,
    parameters,
    maxEpisodeSteps: d.steps ?? NO_LIMIT,
    secondsPerStep: d.seconds ?? 1,
    ...(d.repeats === "nothing" ? { repeats: false } : {}),
    make: (params) =>
      Either.chain(() =>
        Either.left(
          envError(name, fault("closed", "a batch of it, opened", "its dynamics asked for, which are elsewhere"))
        )
      )(resolve(name, "parameter", parameters, params)),
    open: (members, how) => {
      for (const { params } of members) {
        const checked = resolve(name, "parameter", parameters, params)
        if (Either.isLeft(checked)) return checked
      }
      return Either.map((batch: Batch) => checkedBatch({ id: name, observation }, members, batch))(
        open({ observation, action }, members, how)
      )
    }
  }
}

const spaceOf = (s: SpaceText): Space | undefined => {
  if ("n" in s) return s.names.length === s.n ? { _tag: "Discrete", n: s.n, names: s.names } : undefined
  const [low, high] = [floatsFromText(s.low), floatsFromText(s.high)]
  const size = s.names.length
  if (low?.length !== size || high?.length !== size || size === 0) return undefined
  const units = s.names.map(() => "")
  return { _tag: "Box", low: [...low], high: [...high], names: s.names, units, dtype: s.dtype }
}

const ANY = Number.POSITIVE_INFINITY

const meaningOf = (name: string, { arguments: given, rewards }: Description, targeted: boolean): string => {
  if (given.includes(name)) return "argument of its constructor"
  if (targeted && name === "target_velocity") return "the speed that is rewarded"
  if (name.startsWith("config.")) return "entry of its config"
  return rewards > 0 && name.startsWith("reward_weight_")
    ? "weight of a component of the reward"
    : "attribute, set after construction"
}

const parameterOf = (value: number | boolean | string, meaning: string): Parameter => {
  if (typeof value === "number") return number(value, "", -ANY, ANY, meaning)
  if (typeof value === "boolean") return flag(value, meaning)
  return text(value, /[\s\S]*/, "a text", [], meaning)
}
