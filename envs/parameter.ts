import * as Either from "fp-ts/lib/Either.js"
import { choices } from "../core/text/choices.ts"
import { shown } from "../core/text/shown.ts"
import { type EnvError, meant, parameterError, unknownName } from "./error.ts"

/** One thing that can be set, described well enough for help texts, schemas and errors. */
export type Parameter = NumberParameter | FlagParameter | ChoiceParameter | TextParameter

export interface NumberParameter {
  readonly kind: "number" | "integer"
  readonly default: number
  readonly unit: string
  readonly min: number
  readonly max: number
  readonly meaning: string
}

export interface FlagParameter {
  readonly kind: "flag"
  readonly default: boolean
  readonly meaning: string
}

export interface ChoiceParameter {
  readonly kind: "choice"
  readonly default: string
  readonly choices: readonly string[]
  readonly meaning: string
}

export interface TextParameter {
  readonly kind: "text"
  readonly default: string
  /** A regular expression that the whole text must match. */
  readonly pattern: string
  /** The pattern in words, with an example. */
  readonly want: string
  /** Further valid texts that are told from the default by what happens. */
  readonly examples: readonly string[]
  readonly meaning: string
}

/** Parameters by name; environments use Gymnasium's attribute names. */
export type ParameterTable = Readonly<Record<string, Parameter>>

/** Values by name; what is left out keeps its default. */
export type Params = Readonly<Record<string, number | boolean | string>>

/** Every value of a table, typed by its kind. */
export type Resolved<T extends ParameterTable> = {
  readonly [K in keyof T]: T[K] extends NumberParameter ? number : T[K] extends FlagParameter ? boolean : string
}

/** A parameter that is a number from `min` to `max`, in `unit`. */
export const number = (value: number, unit: string, min: number, max: number, meaning: string): NumberParameter => ({
  kind: "number",
  default: value,
  unit,
  min,
  max,
  meaning
})

/** A parameter that is a whole number from `min` to `max`, in `unit`. */
export const integer = (value: number, unit: string, min: number, max: number, meaning: string): NumberParameter => ({
  ...number(value, unit, min, max, meaning),
  kind: "integer"
})

/** A parameter that is true or false. */
export const flag = (value: boolean, meaning: string): FlagParameter => ({ kind: "flag", default: value, meaning })

/** A parameter that is one of some words. */
export const choiceOf = (value: string, choices: readonly string[], meaning: string): ChoiceParameter => ({
  kind: "choice",
  default: value,
  choices,
  meaning
})

/** Lists are texts, with commas between their elements: parameters are plain values. */
export const text = (
  value: string,
  pattern: RegExp,
  want: string,
  examples: readonly string[],
  meaning: string
): TextParameter => ({ kind: "text", default: value, pattern: pattern.source, want, examples, meaning })

/**
 * All values of a table: those given, checked, and the defaults of the others. `absent` tells of names that the table
 * lacks on purpose why it does.
 *
 * - Errors: `UnknownName` with the nearest valid one; `ParameterError` naming parameter, value, range and unit.
 */
export const resolve = <T extends ParameterTable>(
  owner: string,
  kind: "parameter" | "option",
  table: T,
  given: Params,
  absent: Readonly<Record<string, string>> = {}
): Either.Either<EnvError, Resolved<T>> => {
  const valid = Object.keys(table)
  const values: Record<string, number | boolean | string> = {}
  for (const name of valid) values[name] = table[name]!.default
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(table, name) ? table[name] : undefined
    if (parameter === undefined) {
      const hint = meant(name, valid)
      const fix = Object.hasOwn(absent, name) ? (absent[name] ?? "") : hint.fix
      const [doing, want] = [`set ${kind} ${shown(name)} of ${owner}`, `one of ${choices(valid, name)}`]
      return Either.left(unknownName({ doing, want, got: "no such name", fix, nearest: hint.nearest }))
    }
    if (!accepts(parameter, value)) {
      const [doing, want] = [`set ${kind} "${name}" of ${owner}`, wanted(parameter)]
      return Either.left(parameterError({ doing, want, got: shown(value), parameter: name }))
    }
    values[name] = value
  }
  return Either.right(values as Resolved<T>) // every name of the table was filled above, by a value of its kind
}

const accepts = (parameter: Parameter, value: unknown): boolean => {
  switch (parameter.kind) {
    case "flag":
      return typeof value === "boolean"
    case "choice":
      return typeof value === "string" && parameter.choices.includes(value)
    case "text":
      return typeof value === "string" && new RegExp(`^(?:${parameter.pattern})$`).test(value)
    default:
      return (
        typeof value === "number" &&
        value >= parameter.min &&
        value <= parameter.max &&
        (parameter.kind === "number" || Number.isInteger(value))
      )
  }
}

const rangeOf = ({ min, max }: NumberParameter): string => {
  if (min === -Infinity) return max === Infinity ? "" : ` of at most ${max}`
  return max === Infinity ? ` from ${min}` : ` from ${min} to ${max}`
}

const wanted = (parameter: Parameter): string => {
  switch (parameter.kind) {
    case "flag":
      return "true or false"
    case "choice":
      return `one of ${choices(parameter.choices.map((c) => `"${c}"`))}`
    case "text":
      return parameter.want
    default: {
      const unit = parameter.unit === "" ? "" : ` ${parameter.unit}`
      const noun = parameter.kind === "integer" ? "an integer" : "a number"
      return `${noun}${rangeOf(parameter)}${unit}`
    }
  }
}
