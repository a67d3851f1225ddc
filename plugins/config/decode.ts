/** From any value to a configuration, with errors that name the key, the range and the nearest valid name. */

import { Predicate, Result, Schema, SchemaIssue } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { at } from "../../core/service/decoding.ts"
import { choices, suggestion } from "../../core/text/choices.ts"
import { parseJson } from "../../core/text/json.ts"
import { nearest } from "../../core/text/nearest.ts"
import { shortened, shown, shownOrNothing } from "../../core/text/shown.ts"
import { RunConfig } from "../../pipeline/internal.ts"
import { isFree, keysAt, meaning, nodeAt, paths } from "./tree.ts"

const options = { errors: "all", onExcessProperty: "error" } as const
const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * Checks a whole configuration.
 *
 * - Errors: `ArgumentError` for the first unknown key, missing key or value out of range.
 */
export const decodeConfig = (value: unknown, source: string): E.Either<ArgumentError, RunConfig> => {
  const decoded = Schema.decodeUnknownResult(RunConfig, options)(value)
  if (Result.isSuccess(decoded)) return consistent(decoded.success, source)
  const issues = format(decoded.failure.issue).issues.map((i) => ({ path: keys(i.path ?? []), message: i.message }))
  const unknown = issues.find((i) => i.message.includes("excess"))
  const issue = unknown ?? issues[0]
  if (issue === undefined) return E.left(complain("", source, "a configuration", shownOrNothing(value)))
  if (unknown !== undefined) return E.left(unknownKey(unknown.path, source))
  const path = issue.path.join(".")
  const want = `${plainWords(issue.message)}${about(issue.path)}`
  return E.left(complain(path, source, want, shownOrNothing(at(value, issue.path))))
}

/**
 * The tree `base` with everything that `overlay` says put over it; lists and free records are replaced whole, but for
 * learners' settings, which go over one another part by part.
 */
export const merge = (base: unknown, overlay: unknown, path: readonly string[] = []): unknown => {
  const whole = keysAt(path) === undefined && path[0] !== "algorithm"
  if (!Predicate.isObject(base) || !Predicate.isObject(overlay) || whole) return overlay
  const own = new Map(Object.entries(base))
  return {
    ...base,
    ...Object.fromEntries(Object.entries(overlay).map(([k, v]) => [k, merge(own.get(k), v, [...path, k])]))
  }
}

/**
 * Sets one value given as text, e.g. `meta.iterations` to `20`; the schema at that key gives its type. Messages name
 * `source`.
 *
 * - Errors: `ArgumentError` for a key that there is none of, and for a text that the key's schema refuses.
 */
export const setValue = (
  base: unknown,
  assignment: string,
  source = `--set ${shortened(assignment, 80)}`
): E.Either<ArgumentError, unknown> => {
  const end = assignment.indexOf("=")
  if (end < 1) return E.left(complain("", source, "key=value, e.g. meta.iterations=20", shortened(assignment, 80)))
  const path = assignment.slice(0, end).trim().split(".")
  const text = assignment.slice(end + 1).trim()
  if (!isFree(path)) {
    if (nodeAt(path) === undefined) return E.left(unknownKey(path, source))
    const inside = keysAt(path)
    if (inside !== undefined) {
      const want = `one of its values (${choices(inside.map((k) => `${path.join(".")}.${k}`))})`
      return E.left(complain(path.join("."), source, want, "a group of settings"))
    }
  }
  return pipe(
    typed(path, text, source),
    // As a file's: what it leaves out stays what it was.
    E.map((value) => put(base, path, merge(at(base, path), value, path)))
  )
}

/** JSON where the schema takes it (`20`, `true`, `[0.1]`), else the text itself. */
const typed = (path: readonly string[], text: string, source: string): E.Either<ArgumentError, unknown> => {
  const json = pipe(
    parseJson(text),
    E.getOrElse((): unknown => text)
  )
  const node = nodeAt(path)
  if (node === undefined) return E.right(json)
  const decode = Schema.decodeUnknownResult(node, options)
  const first = decode(json)
  if (Result.isSuccess(first)) return E.right(json)
  if (Result.isSuccess(decode(text))) return E.right(text)
  const message = format(first.failure.issue).issues[0]?.message ?? ""
  return E.left(complain(path.join("."), source, `${plainWords(message)}${about(path)}`, shortened(text, 80)))
}

/** What no single key can say. */
const consistent = (c: RunConfig, source: string): E.Either<ArgumentError, RunConfig> => {
  const n = c.family.n
  const tasks = `the ${n} tasks of family.n`
  if (c.surrogate.subsetSize > n) {
    const fix = "lower surrogate.subsetSize or raise family.n"
    return E.left(
      complain("surrogate.subsetSize", source, `at most ${tasks}`, shownOrNothing(c.surrogate.subsetSize), fix)
    )
  }
  if (c.grouping.k !== "auto" && c.grouping.k > n) {
    const fix = "lower grouping.k or raise family.n"
    return E.left(complain("grouping.k", source, `at most ${tasks}`, shownOrNothing(c.grouping.k), fix))
  }
  return E.right(c)
}

const put = (tree: unknown, path: readonly string[], value: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return value
  const record = Predicate.isObject(tree) ? { ...tree } : {}
  return { ...record, [key]: put(Predicate.hasProperty(record, key) ? record[key] : undefined, rest, value) }
}

const unknownKey = (path: readonly string[], source: string): ArgumentError => {
  const depth = path.findIndex((_, i) => nodeAt(path.slice(0, i + 1)) === undefined)
  const parent = path.slice(0, Math.max(depth, 0))
  const key = path[parent.length] ?? ""
  const siblings = keysAt(parent) ?? []
  const elsewhere = nearest(key, siblings) === undefined ? paths().find((p) => p.endsWith(`.${key}`)) : undefined
  const fix = elsewhere === undefined ? suggestion(key, siblings) : `did you mean ${elsewhere}?`
  const want = parent.length === 0 ? "a known key" : `a key of ${parent.join(".")}`
  return complain(path.join("."), source, want, shown(key), fix)
}

const complain = (key: string, source: string, want: string, got: string, fix = ""): ArgumentError =>
  argumentError({
    doing: key === "" ? `read ${source}` : `use ${shortened(key, 120)} from ${source}`,
    want,
    got,
    fix
  })

const about = (path: readonly string[]): string => {
  const text = meaning(path)
  return text === "" ? "" : ` (${text})`
}

const plainWords = (message: string): string => message.replace(/^Expected /, "").replace("Missing key", "a value")

const keys = (path: readonly (PropertyKey | { readonly key: PropertyKey })[]): string[] =>
  path.map((p) => String(typeof p === "object" ? p.key : p))
