/** What a person sets of a learner: some settings, over its defaults. */
import { Predicate, Record, Result, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../core/failure/mod.ts"
import { at, refused } from "../core/service/decoding.ts"
import { suggestion } from "../core/text/choices.ts"
import { shown } from "../core/text/shown.ts"
import type { Algorithm } from "./algorithm.ts"

/** Settings over defaults, part by part. */
export const mergeSettings = (defaults: unknown, settings: unknown): unknown =>
  Predicate.isObject(defaults) && Predicate.isObject(settings)
    ? { ...defaults, ...Record.map(settings, (value, name) => mergeSettings(Reflect.get(defaults, name), value)) }
    : settings

/**
 * All settings of a learner.
 *
 * - Errors: `ArgumentError` for the first setting that is none, or whose value the learner's schema refuses.
 */
export const settingsOf = (
  algorithm: Pick<Algorithm<unknown>, "id" | "config" | "defaults">,
  settings: unknown
): E.Either<ArgumentError, unknown> => {
  const all = mergeSettings(algorithm.defaults, settings)
  const decoded = Schema.decodeUnknownResult(algorithm.config, strict)(all)
  if (Result.isSuccess(decoded)) return E.right(all)
  const { excess, path, want, got } = refused(decoded.failure, all)
  const doing = `use ${["algorithm", algorithm.id, ...path].join(".")}`
  if (!excess) return cannot(doing, want, got)
  const beside = at(algorithm.defaults, path.slice(0, -1))
  const name = path.at(-1) ?? ""
  const fix = suggestion(name, Predicate.isObject(beside) ? Object.keys(beside) : [])
  return cannot(doing, `a setting of ${algorithm.id}`, shown(name), fix)
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
