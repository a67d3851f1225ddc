/** An experiment of many runs as data: a preset, what is set in all of them, and what they are spread over. */
import { Predicate, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { misfit } from "../../core/service/decoding.ts"
import { suggestion } from "../../core/text/choices.ts"
import { plainText, shown } from "../../core/text/shown.ts"
import type { RunConfig } from "../../pipeline/mod.ts"
import { type PresetName, resolve, setValue } from "../config/mod.ts"
import { runNames } from "./names.ts"

type Leaf = string | number | boolean | readonly unknown[]

/** `a.b.c` for every value of a record of records. */
type Paths<T> = {
  [K in keyof T & string]: T[K] extends Leaf ? K : `${K}.${string extends keyof T[K] ? string : Paths<T[K]>}`
}[keyof T & string]

/** The type of the value at such a path. */
type At<T, P extends string> = P extends `${infer K}.${infer R}`
  ? K extends keyof T
    ? At<T[K], R>
    : unknown
  : P extends keyof T
    ? T[P]
    : unknown

/** A setting by its path in the configuration, as `pgex config` lists them: `meta.iterations`. */
export type SettingPath = Paths<RunConfig>

/** Settings by path, each with a value of its type. */
export type SettingsByPath = { readonly [P in SettingPath]?: At<RunConfig, P> }

/**
 * An experiment: one run for every combination of the values in `over`.
 *
 * @example Six runs
 * ```ts
 * import type { Sweep } from "policygradex"
 *
 * const six = {
 *   preset: "quick",
 *   set: { "family.n": 4 },
 *   over: { seed: [0, 1, 2], "grouping.k": [2, 3] }
 * } satisfies Sweep
 * Object.keys(six.over) // => ["seed", "grouping.k"]
 * ```
 */
export interface Sweep {
  /** What the settings start from; `quick` where there is none. */
  readonly preset?: PresetName
  /** Of every run. */
  readonly set?: SettingsByPath
  /** Values to take in turn, by setting; the last setting changes from run to run. */
  readonly over: { readonly [P in SettingPath]?: readonly Exclude<SettingsByPath[P], undefined>[] }
  /** Plugins by file or package; a file's path counts from the sweep's file, in a script from the working folder. */
  readonly plugins?: readonly string[]
}

/** One run of an experiment. */
export interface SweepRun {
  /** Of its varied settings and their values; the name of its folder too. */
  readonly name: string
  /** The values that are its own, by setting. */
  readonly varied: Readonly<Record<string, unknown>>
  readonly config: RunConfig
}

/** The same as it comes from outside. */
export const SweepData = Schema.Struct({
  preset: Schema.optionalKey(Schema.String),
  set: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  over: Schema.Record(Schema.String, Schema.Array(Schema.Unknown)),
  plugins: Schema.optionalKey(Schema.Array(Schema.NonEmptyString))
})
export type SweepData = typeof SweepData.Type

/** More runs than anybody compares: a list too many multiplies them. */
const MOST_RUNS = 10_000

const decode = Schema.decodeUnknownResult(SweepData, { onExcessProperty: "error" })
const fields = Object.keys(SweepData.fields)

/**
 * What comes from outside as an experiment. `source` names it in messages.
 *
 * - Errors: `ArgumentError` for what is none: an unknown field, no `over`, a setting in it without values, or with one twice.
 */
export const decodeSweep = (value: unknown, source: string): E.Either<ArgumentError, SweepData> => {
  const bad = (doing: string, want: string, got: string, fix = "") => E.left(argumentError({ doing, want, got, fix }))
  if (!Predicate.isObject(value) || Array.isArray(value))
    return bad(`read ${source}`, "an object with preset, set and over", shown(value))
  const unknown = Object.keys(value).find((key) => !fields.includes(key))
  if (unknown !== undefined)
    return bad(`use ${unknown} from ${source}`, "preset, set, over or plugins", unknown, suggestion(unknown, fields))
  const decoded = decode(value)
  if (decoded._tag === "Failure") return bad(`read ${source}`, "preset, set and over", misfit(decoded.failure))
  const sweep = decoded.success
  const lists = Object.entries(sweep.over)
  if (lists.length === 0)
    return bad(`read over of ${source}`, "a setting with the values to take, such as seed: [0, 1, 2]", "none")
  for (const [path, values] of lists) {
    if (values.length === 0) return bad(`use over.${path} from ${source}`, "at least one value", "an empty list")
    const texts = values.map(plainText)
    const twice = texts.find((text, i) => texts.indexOf(text) < i)
    if (twice !== undefined) return bad(`use over.${path} from ${source}`, "each value once", `${twice} twice`)
    if (sweep.set !== undefined && Object.hasOwn(sweep.set, path))
      return bad(`use over.${path} from ${source}`, "a setting of set or of over", "one of both")
  }
  const runs = lists.reduce((n, [, values]) => n * values.length, 1)
  if (runs > MOST_RUNS) return bad(`read over of ${source}`, `at most ${MOST_RUNS} runs`, `${runs}`)
  return E.right(sweep)
}

/** What is over the settings of the file: the command line's, and plugins. */
export interface Over {
  readonly session?: string
  readonly sessionVariable?: string
  readonly plugins?: readonly string[]
}

/**
 * The runs of an experiment, in their order: the first setting of `over` changes least often.
 *
 * - Errors: `ArgumentError` for an unknown preset, a setting that there is none of, or a value that it does not take.
 */
export const sweepRuns = (
  sweep: SweepData,
  source: string,
  over: Over = {}
): E.Either<ArgumentError, readonly SweepRun[]> => {
  const variants = combinations(Object.entries(sweep.over))
  const names = runNames(sweep.over, variants)
  const runs: SweepRun[] = []
  for (const [i, variant] of variants.entries()) {
    const config = configOf(sweep, variant, source, over)
    if (E.isLeft(config)) return config
    runs.push({ name: names[i]!, varied: Object.fromEntries(variant), config: config.right })
  }
  return E.right(runs)
}

type Setting = readonly [path: string, value: unknown]

const combinations = (lists: readonly (readonly [string, readonly unknown[]])[]): readonly (readonly Setting[])[] =>
  lists.reduce<readonly (readonly Setting[])[]>(
    (all, [path, values]) => all.flatMap((before) => values.map((value) => [...before, [path, value] as const])),
    [[]]
  )

const configOf = (
  { preset, set = {}, plugins = [] }: SweepData,
  variant: readonly Setting[],
  source: string,
  over: Over
): E.Either<ArgumentError, RunConfig> => {
  const named = variant.find(([path]) => path === "preset")?.[1] ?? preset
  const start: unknown = { ...(named === undefined ? {} : { preset: plainText(named) }), plugins }
  const settings = [
    ...Object.entries(set).map((s) => [s, `set of ${source}`] as const),
    ...variant.filter(([path]) => path !== "preset").map((s) => [s, `over of ${source}`] as const)
  ]
  return pipe(
    settings.reduce<E.Either<ArgumentError, unknown>>(
      (tree, [[path, value], from]) =>
        pipe(
          tree,
          E.chain((t) => setValue(t, `${path}=${plainText(value)}`, from))
        ),
      E.right(start)
    ),
    E.chain((tree) => resolve(tree, source, over))
  )
}
