/** Settings with their range and their meaning: what the configurations of runs and of learners are made of. */
import { Schema } from "effect"

/** A whole number from `minimum` to `maximum`. */
export const count = (minimum: number, maximum: number, meaning: string) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).annotate({ description: meaning })

/** A finite number from `minimum` to `maximum`. */
export const number = (minimum: number, maximum: number, meaning: string) =>
  Schema.Finite.check(Schema.isBetween({ minimum, maximum })).annotate({ description: meaning })

/** A word (`"off"`, `"auto"`), or a whole number from `minimum` to `maximum`. */
export const countOr = <const W extends string>(word: W, minimum: number, maximum: number, meaning: string) =>
  Schema.Union([Schema.Literal(word), Schema.Int.check(Schema.isBetween({ minimum, maximum }))]).annotate({
    description: meaning
  })

/** A word (`"off"`, `"auto"`), or a finite number from `minimum` to `maximum`. */
export const numberOr = <const W extends string>(word: W, minimum: number, maximum: number, meaning: string) =>
  Schema.Union([Schema.Literal(word), Schema.Finite.check(Schema.isBetween({ minimum, maximum }))]).annotate({
    description: meaning
  })

/** One of some words. */
export const choice = <const L extends readonly string[]>(words: L, meaning: string) =>
  Schema.Literals(words).annotate({ description: meaning })

/** True or false. */
export const flag = (meaning: string) => Schema.Boolean.annotate({ description: meaning })

/** True or false, or a word for more than that. */
export const flagOr = <const W extends string>(word: W, meaning: string) =>
  Schema.Union([Schema.Boolean, Schema.Literal(word)]).annotate({ description: meaning })

/** A text that is not empty. */
export const name = (meaning: string) => Schema.NonEmptyString.annotate({ description: meaning })
