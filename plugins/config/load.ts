/** The configuration of a run, from a preset or a file, with what the command line sets over it. */
import { existsSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { Effect, Predicate, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { type FileError, failedFile } from "../../core/service/file_error.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { choices, suggestion } from "../../core/text/choices.ts"
import { parseJson } from "../../core/text/json.ts"
import { shown } from "../../core/text/shown.ts"
import { presets } from "../../pipeline/internal.ts"
import type { RunConfig } from "../../pipeline/mod.ts"
import { readFileBounded } from "../io/bounded_read.ts"
import { noRecord, RecordedPlugin, type RunRecord, rebase, recordOf } from "../loading/mod.ts"
import { decodeConfig, merge, setValue } from "./decode.ts"

/** What the command line says. */
export interface Choice {
  /** A preset's name, or the path of a JSON file (a partial configuration, or the `run.json` of an earlier run). */
  readonly source?: string
  /** The preset that fills what the source leaves out; wins over a preset named by the source. */
  readonly preset?: string
  /** Assignments such as `meta.iterations=20`, in order. */
  readonly set?: readonly string[]
  readonly seed?: number
  /** What computes: wins over everything else. */
  readonly session?: string
  /** What computes by the variable {@link SESSION_VARIABLE}: wins over source and preset. */
  readonly sessionVariable?: string
  /** Plugins beside those of the source; paths count from the working folder. */
  readonly plugins?: readonly string[]
}

/** Names the environment variable that says what computes. */
export const SESSION_VARIABLE = "PGEX_SESSION"

/** A configuration that was read, with the plugins that an earlier run's file names: those are not in `config`. */
export interface ReadConfig {
  readonly config: RunConfig
  readonly record: RunRecord
}

/**
 * Reads and checks a configuration. What a file leaves out comes from the preset it names (`quick` where it names none).
 *
 * - Errors: `ArgumentError` (unknown preset, unknown key, value out of range), `FileError`.
 */
export const loadConfig = Effect.fn("config.load")(function* (choice: Choice) {
  const source = choice.source ?? "quick"
  const isFile = /[./\\]/.test(source)
  const { own, record } = isFile ? yield* readJsonFile(source) : { own: { preset: source }, record: noRecord }
  const overlay = choice.preset === undefined ? own : { ...own, preset: choice.preset }
  const config = yield* fromEither(resolve(overlay, isFile ? source : `preset ${choice.preset ?? source}`, choice))
  return { config, record } satisfies ReadConfig
})

/** What runs from given transitions have in place of a preset. */
export const GIVEN = "given"

/** The pure half of `loadConfig`. */
export const resolve = (overlay: unknown, source: string, choice: Choice): E.Either<ArgumentError, RunConfig> => {
  const named =
    Predicate.hasProperty(overlay, "preset") && typeof overlay.preset === "string" ? overlay.preset : "quick"
  const base = Object.hasOwn(presets, named) ? presets[named] : undefined
  if (named === GIVEN) {
    const fix = "pgex group does it again: the command stands in run.json and in the report"
    return cannot(
      `train by ${source}`,
      "a family of tasks",
      "transitions that were given, which nothing is trained on",
      fix
    )
  }
  if (base === undefined) {
    return cannot("choose a preset", "a preset", shown(named), suggestion(named, Object.keys(presets)))
  }
  const { session, sessionVariable } = choice
  const assignments: readonly (readonly [assignment: string, source?: string])[] = [
    ...(sessionVariable === undefined ? [] : [[`session=${sessionVariable}`, SESSION_VARIABLE] as const]),
    ...(choice.set ?? []).map((assignment) => [assignment] as const),
    ...(session === undefined ? [] : [[`session=${session}`, "--session"] as const])
  ]
  const assigned = assignments.reduce<E.Either<ArgumentError, unknown>>(
    (tree, assignment) =>
      pipe(
        tree,
        E.chain((t) => setValue(t, ...assignment))
      ),
    E.right(merge(base, overlay))
  )
  return pipe(
    assigned,
    E.map((t) => withoutForeignOptions(base, t)),
    E.map((t) => (choice.seed === undefined ? t : merge(t, { seed: choice.seed }))),
    E.chain((t) => decodeConfig(t, source)),
    E.map((c) => ({ ...c, plugins: [...new Set([...c.plugins, ...(choice.plugins ?? [])])] }))
  )
}

/** A partial configuration from assignments such as `grouping.k=2`. Errors: `ArgumentError` for what is no assignment, and unknown keys. */
export const settingsFrom = (assignments: readonly string[]): E.Either<ArgumentError, object> =>
  assignments.reduce<E.Either<ArgumentError, object>>(
    (tree, assignment) =>
      pipe(
        tree,
        E.chain((t) => setValue(t, assignment)),
        E.map((t) => (Predicate.isObject(t) ? t : {}))
      ),
    E.right({})
  )

/** A preset's options are of its own family: another one has others. */
const withoutForeignOptions = ({ family }: RunConfig, tree: unknown): unknown => {
  if (!Predicate.isObject(tree) || !Predicate.hasProperty(tree, "family") || !Predicate.isObject(tree.family))
    return tree
  const own = new Map<string, unknown>(Object.entries(tree.family))
  if (own.get("id") === family.id || own.get("options") !== family.options) return tree
  return { ...tree, family: { ...tree.family, options: {} } }
}

/** No configuration of thousands of tasks and plugins comes near, in bytes. */
const LARGEST_CONFIG = 2 ** 24

/** The settings that a JSON text holds. Errors: `FileError` for text that is no JSON, and for another value. */
export const settingsObject = (text: string, path: string): E.Either<FileError, Readonly<Record<string, unknown>>> => {
  const bad = (want: string, got: string) => E.left(failedFile({ doing: `read ${path}`, want, got }))
  const value = parseJson(text)
  if (E.isLeft(value)) return bad("JSON", value.left)
  return Predicate.isObject(value.right) && !Array.isArray(value.right)
    ? E.right(value.right)
    : bad("a JSON object of settings", shown(value.right))
}

const readJsonFile = Effect.fn("config.readFile")(function* (path: string) {
  const fix = `a preset is one of ${choices(Object.keys(presets), path)}`
  const bytes = yield* readFileBounded(path, LARGEST_CONFIG, fix)
  const value = yield* fromEither(settingsObject(new TextDecoder().decode(bytes), path))
  if (Predicate.isObject(value.config) && "format" in value) {
    const { config, plugins } = value
    const recorded = plugins === undefined ? {} : { plugins: yield* recordedPlugins(plugins, path) }
    const record = recordOf(dirname(path), { config, ...recorded }, basename(path))
    return { own: { ...config, plugins: [] }, record }
  }
  // What lies in a run's directory is of whoever made that, whatever its form.
  if (basename(path) === "run.json" && runFiles.some((name) => existsSync(join(dirname(path), name))))
    return { own: { ...value, plugins: [] }, record: recordOf(dirname(path), { config: value }, basename(path)) }
  // A person's file asks for what it names; paths count from the file.
  const { plugins } = value
  if (!Array.isArray(plugins)) return { own: value, record: noRecord }
  const moved = (name: unknown) => (typeof name === "string" ? rebase(name, dirname(path), ".") : name)
  return { own: { ...value, plugins: plugins.map(moved) }, record: noRecord }
})

/** What lies beside a run's own file. */
const runFiles = ["artefacts.json", "events.jsonl", "summary.json", "run.lock", "kept"]

const recordedPlugins = (plugins: unknown, path: string) =>
  Schema.decodeUnknownEffect(Schema.Array(RecordedPlugin))(plugins).pipe(
    Effect.mapError((e) => {
      const want = "plugins as a run records them"
      return failedFile({ doing: `read plugins of ${path}`, want, got: e.message })
    })
  )
