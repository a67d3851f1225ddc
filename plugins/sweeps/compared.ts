/** Runs beside each other: what differs in their settings, and in what came of them. */

import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { mean, tInterval, welchInterval } from "../../core/stat/mod.ts"
import { plainText, shortened } from "../../core/text/shown.ts"
import type { RunRow } from "./overview.ts"
import type { MethodReturns } from "./returns.ts"

/** A number over seeds; of one seed it has no interval. */
export interface Estimate {
  readonly value: number
  readonly low?: number
  readonly high?: number
  /** Runs; of one run its training seeds. */
  readonly seeds: number
}

/** Runs that are looked at together, as seeds of one thing. */
export interface Side {
  readonly label: string
  readonly runs: readonly (RunRow & { readonly returns: readonly MethodReturns[] })[]
}

/** A method on every side; nothing where a side has none of it. */
export interface ComparedMethod {
  readonly method: string
  readonly sides: readonly (Estimate | undefined)[]
  /**
   * Of two sides: the first less the second. Where every run has a partner on the other side, of the same seed and equal in all
   * that does not tell the sides apart, Student's interval of the differences between partners; else Welch's.
   */
  readonly difference?: Estimate
}

export interface Compared {
  readonly sides: readonly { readonly label: string; readonly runs: readonly string[] }[]
  /** Settings with a value on each side that differ between sides. */
  readonly settings: readonly { readonly key: string; readonly values: readonly string[] }[]
  readonly methods: readonly ComparedMethod[]
}

/** The sides beside each other. */
export const compared = (sides: readonly Side[]): Compared => {
  const methods = [...new Set(sides.flatMap((s) => s.runs.flatMap((r) => r.returns.map((m) => m.method))))]
  const settings = differingSettings(sides)
  const [first, second] = sides
  const two = first !== undefined && second !== undefined && sides.length === 2
  const partners = two ? partnersIn(first, second, new Set(settings.map((s) => s.key))) : undefined
  return {
    sides: sides.map(({ label, runs }) => ({ label, runs: runs.map((r) => r.name) })),
    settings,
    methods: methods.map((method) => {
      const all = sides.map((side) => independent(side.runs.map((run) => returnsBy(run, method))))
      const [a = [], b = []] = all
      const apart = partners?.map(([x, y]) => subtracted(returnsBy(x, method), returnsBy(y, method)))
      const paired = apart?.every((d) => d !== undefined) === true ? estimate(independent(apart)) : undefined
      const difference = two ? (paired ?? differenceOf(a, b)) : undefined
      return { method, sides: all.map(estimate), ...(difference === undefined ? {} : { difference }) }
    })
  }
}

type Run = Side["runs"][number]

const returnsBy = ({ returns }: Run, method: string): readonly number[] =>
  returns.filter((m) => m.method === method).flatMap((m) => m.perSeed)

/**
 * What intervals are of: the means of runs. Trainings of one run start at the same policy, on the same tasks: they tell of the next
 * training there, and nothing of the next run, so that only where there is but one run they are what there is.
 */
const independent = (perRun: readonly (readonly number[])[]): readonly number[] => {
  const some = perRun.filter((values) => values.length > 0)
  return some.length === 1 ? some[0]! : some.map(mean)
}

/** Of runs with as many training seeds, one after the other. */
const subtracted = (a: readonly number[], b: readonly number[]): readonly number[] | undefined =>
  a.length === b.length && a.length > 0 ? a.map((x, i) => x - b[i]!) : undefined

/** Runs with their partners; nothing where one has none, or seeds are what differs. */
const partnersIn = (a: Side, b: Side, differing: ReadonlySet<string>): readonly (readonly [Run, Run])[] | undefined => {
  if (differing.has("seed") || a.runs.length !== b.runs.length) return undefined
  const rest = (run: Run): string => JSON.stringify(leaves(run.config).filter(([key]) => !differing.has(key)))
  const others = new Map(b.runs.map((run) => [rest(run), run]))
  const pairs = a.runs.flatMap((run) => {
    const partner = others.get(rest(run))
    return partner === undefined ? [] : [[run, partner] as const]
  })
  return pairs.length === a.runs.length && others.size === a.runs.length ? pairs : undefined
}

/** Mean with Student's interval, from two numbers on. */
export const estimate = (values: readonly number[]): Estimate | undefined => {
  if (values.length === 0) return undefined
  const t = tInterval(values)
  const own = { value: mean(values), seeds: values.length }
  return E.isRight(t) ? { ...own, low: t.right.low, high: t.right.high } : own
}

const differenceOf = (a: readonly number[], b: readonly number[]): Estimate | undefined => {
  if (a.length === 0 || b.length === 0) return undefined
  const t = welchInterval([
    { weight: 1, values: a },
    { weight: -1, values: b }
  ])
  const own = { value: mean(a) - mean(b), seeds: a.length + b.length }
  return E.isRight(t) ? { ...own, low: t.right.low, high: t.right.high } : own
}

const differingSettings = (sides: readonly Side[]): Compared["settings"] => {
  const flat = sides.map(({ runs }) => runs.map((r) => new Map(leaves(r.config))))
  const keys = [...new Set(flat.flat().flatMap((m) => [...m.keys()]))]
  return keys.flatMap((key) => {
    const values = flat.map((maps) => [...new Set(maps.map((m) => m.get(key) ?? "nothing"))].sort().join(" or "))
    return new Set(values).size > 1 ? [{ key, values: values.map((v) => shortened(v, 60)) }] : []
  })
}

/** Settings by path, with their values as texts; where they came from is none. */
export const leaves = (config: unknown, path = ""): readonly (readonly [string, string])[] => {
  if (path === "preset" || path === "workers" || path === "plugins") return []
  if (!Predicate.isObject(config) || Array.isArray(config)) return [[path, plainText(config)]]
  return Object.entries(config).flatMap(([key, value]) => leaves(value, path === "" ? key : `${path}.${key}`))
}
