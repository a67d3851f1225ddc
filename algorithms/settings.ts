/** What a person sets of a learner: some settings, over its defaults. */
import { Predicate, Record, Result, Schema, SchemaIssue } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Algorithm } from "./algorithm.ts"

/** A setting that a learner does not have, or a value that it does not take. */
export interface SettingError {
  readonly _tag: "SettingError"
  readonly path: readonly string[]
  readonly want: string
  readonly got: unknown
  /** Settings that there are beside it. */
  readonly siblings: readonly string[]
  readonly unknown: boolean
}

/** Settings over defaults, part by part. */
export const mergeSettings = (defaults: unknown, settings: unknown): unknown =>
  Predicate.isObject(defaults) && Predicate.isObject(settings)
    ? { ...defaults, ...Record.map(settings, (value, name) => mergeSettings(Reflect.get(defaults, name), value)) }
    : settings

/**
 * All settings of a learner.
 *
 * - Errors: `SettingError` for the first setting that is none, or whose value the learner's schema refuses.
 */
export const settingsOf = (
  algorithm: Pick<Algorithm<unknown>, "config" | "defaults">,
  settings: unknown
): E.Either<SettingError, unknown> => {
  const all = mergeSettings(algorithm.defaults, settings)
  const decoded = Schema.decodeUnknownResult(algorithm.config, strict)(all)
  if (Result.isSuccess(decoded)) return E.right(all)
  const issues = format(decoded.failure.issue).issues
  const excess = issues.find((i) => i.message.includes("excess"))
  const issue = excess ?? issues[0]
  const path = (issue?.path ?? []).map((p) => String(typeof p === "object" ? p.key : p))
  const beside = at(algorithm.defaults, path.slice(0, -1))
  return E.left({
    _tag: "SettingError",
    path,
    want: (issue?.message ?? "").replace(/^Expected /, ""),
    got: at(all, path),
    siblings: Predicate.isObject(beside) ? Object.keys(beside) : [],
    unknown: excess !== undefined
  })
}

/**
 * γ and λ of the advantages that a learner trains with, by which the surrogate's are made too: its settings of these
 * names, which need not be there.
 *
 * - Units: `gamma` per step.
 */
export const discountOf = (settings: unknown): { readonly gamma: number; readonly lambda: number } => {
  const named = (name: string, otherwise: number): number => {
    const value = at(settings, [name])
    return typeof value === "number" ? value : otherwise
  }
  return { gamma: named("gamma", 0.99), lambda: named("lambda", 0.95) }
}

/** How configurations are read: a setting that is none is a mistake. */
export const strict = { errors: "all", onExcessProperty: "error" } as const

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((v, key) => (Predicate.hasProperty(v, key) ? v[key] : undefined), value)
