import * as Either from "fp-ts/lib/Either.js"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import { nearest } from "../../core/text/nearest.ts"
import { checkedDynamics } from "../dynamics.ts"
import { type Environment, identity, limitOf } from "../env.ts"
import type { NumberParameter, Parameter, Params } from "../parameter.ts"
import { replay } from "../replay.ts"
import { sizeOf } from "../space.ts"
import { variantOf } from "../variant.ts"
import { actionsOf, differ, type Law, made, trace, tried } from "./support.ts"

const STEPS = 120

/** What parameters and actions are taken and refused, wherever the environment is. */
export const acceptanceLaws = (env: Environment): readonly Law[] => [
  {
    name: "every default is valid, and naming it changes nothing",
    fix: "keep each default within its range, and make the record by environment()",
    check: () => {
      const named = Object.fromEntries(Object.entries(env.parameters).map(([k, p]) => [k, p.default]))
      const all = tried(env, named)
      if (Either.isLeft(all)) return all.left.message
      const [a, b] = [identity(env, {}), identity(env, named)]
      return JSON.stringify(a) === JSON.stringify(b) ? undefined : "identity differs"
    }
  },
  {
    name: "a value out of range or of another type is refused, naming parameter, value and range",
    fix: "make the record by environment(), which checks parameters, or resolve() them first",
    check: () => {
      for (const [name, parameter] of Object.entries(env.parameters))
        for (const value of invalid(parameter)) {
          const refused = tried(env, { [name]: value })
          if (Either.isRight(refused)) return `accepted ${name} = ${value}`
          if (refused.left._tag !== "ParameterError" || refused.left.parameter !== name) return refused.left.message
        }
      return undefined
    }
  },
  {
    name: "an unknown parameter is refused with the nearest name",
    fix: "make the record by environment(), which checks names, or resolve() them first",
    check: () => {
      for (const name of Object.keys(env.parameters).filter((n) => n.length > 3)) {
        const refused = tried(env, { [`${name}x`]: 1 })
        if (Either.isRight(refused)) return `accepted ${name}x`
        const near = nearest(`${name}x`, Object.keys(env.parameters))
        if (refused.left._tag !== "UnknownName" || refused.left.nearest !== near) return refused.left.message
      }
      return undefined
    }
  },
  {
    name: "an action that is not in the space is refused, naming its index and value",
    fix: "give the action space its true bounds",
    check: () => {
      const size = sizeOf(env.action)
      const good = [...actionsOf(env, 1, 5)]
      const valid = env.action._tag === "Discrete" ? good[0] : good
      const bad: unknown[] =
        env.action._tag === "Discrete"
          ? [-1, env.action.n, 0.5, Number.NaN, [0, 0], "0", null]
          : [new Array(size + 1).fill(0), new Array(size).fill(Number.NaN), new Array(size).fill("0"), null]
      for (const value of bad) {
        const refused = replay(env, {}, zeroKey, [valid, valid, value])
        if (Either.isRight(refused)) return `accepted ${JSON.stringify(value)}`
        if (refused.left._tag !== "ActionError" || refused.left.index !== 2) return refused.left.message
      }
      return undefined
    }
  }
]

/** The laws of parameters and actions: honoured when valid, refused with a reason when not. */
export const parameterLaws = (env: Environment): readonly Law[] => [
  ...acceptanceLaws(env),
  {
    name: "each parameter is honoured: some value changes the trajectory or when it ends",
    fix: "use the parameter in dynamics(), or take it out of the table",
    check: () => {
      for (const [name, parameter] of Object.entries(env.parameters)) {
        const values = alternatives(parameter)
        const here = values.filter((value) => variantOf(env, { [name]: value }) === env)
        const elsewhere = values.length > here.length && here.length === 0
        if (!isSettled(parameter) && !elsewhere && !isHonoured(env, name, here)) return `"${name}" changes nothing`
      }
      return undefined
    }
  },
  {
    name: "what would change the spaces is refused by make(), and its variant takes it",
    fix: "make the record by environment(), and let variants[].of() return an environment that takes these parameters",
    check: () => {
      for (const { parameter, example } of env.variants ?? []) {
        const refused = env.make(example)
        if (Either.isRight(refused)) return `accepted ${JSON.stringify(example)}`
        if (refused.left._tag !== "ParameterError" || refused.left.parameter !== parameter) return refused.left.message
        const other = variantOf(env, example)
        if (other === env) return `no variant for ${JSON.stringify(example)}`
        const taken = checkedDynamics(other, other.make(example))
        if (Either.isLeft(taken)) return taken.left.message
      }
      return undefined
    }
  }
]

const isNumber = (p: Parameter): p is NumberParameter => p.kind === "number" || p.kind === "integer"

const clip = (p: NumberParameter, value: number): number =>
  Math.min(p.max, Math.max(p.min, p.kind === "integer" ? Math.round(value) : value))

/** Every number a little off its default: parameters that only matter together with others then show. */
const shifted = (env: Environment): Params =>
  Object.fromEntries(
    Object.entries(env.parameters)
      .filter((entry): entry is [string, NumberParameter] => isNumber(entry[1]))
      .map(([name, p]) => [name, clip(p, p.default * 1.125)])
  )

/** A choice of one thing. */
const isSettled = (p: Parameter): boolean => p.kind === "choice" && p.choices.length === 1

const alternatives = (p: Parameter): readonly (number | boolean | string)[] => {
  if (p.kind === "flag") return [!p.default]
  if (p.kind === "choice") return p.choices.filter((c) => c !== p.default)
  if (p.kind === "text") return p.examples
  return [p.default * 0.75, p.default + 1, p.min, p.max].map((v) => clip(p, v))
}

/** Whether one of the values changes what happens: with the other parameters near their defaults, else at an extreme. */
const isHonoured = (env: Environment, name: string, values: readonly (number | boolean | string)[]): boolean => {
  const actions = actionsOf(env, STEPS, 6)
  const run = (params: Params) => trace(made(env, params), stream(child(zeroKey, 10)), actions, STEPS)
  const limit = (params: Params) => limitOf(env, made(env, params))
  const taken = (params: Params): boolean => Either.isRight(env.make(params))
  const changes = (before: Params): boolean => {
    if (!taken(before)) return false
    const own = run(before)
    return values.some((value) => {
      const after = { ...before, [name]: value }
      if (!taken(after)) return false
      return limit(before) !== limit(after) || differ(own, run(after)) !== undefined
    })
  }
  const base = shifted(env)
  // What matters only together with another parameter, such as the size of a reward that chance seldom meets.
  const extremes = (): Params[] =>
    Object.entries(env.parameters)
      .flatMap(([other, p]) => (other === name ? [] : bounds(p).map((bound) => ({ ...base, [other]: bound }))))
      .filter((params) => variantOf(env, params) === env)
  return changes(base) || extremes().some(changes)
}

/** Values far from the default: both ends of a range, or the other position of a switch. */
const bounds = (p: Parameter): readonly (number | boolean)[] =>
  isNumber(p) ? [p.min, p.max] : p.kind === "flag" ? [!p.default] : []

const invalid = (p: Parameter): readonly (number | boolean | string)[] => {
  if (p.kind === "flag") return ["yes", 1]
  if (p.kind === "choice") return ["no such choice", 1]
  if (p.kind === "text") return [...["?!"].filter((t) => !new RegExp(`^(?:${p.pattern})$`).test(t)), 1]
  const beyond = [p.max + Math.max(1, Math.abs(p.max)), p.min - Math.max(1, Math.abs(p.min))].filter(Number.isFinite)
  return [...beyond, Number.NaN, "1", true, ...(p.kind === "integer" && Number.isFinite(p.min) ? [p.min + 0.5] : [])]
}
