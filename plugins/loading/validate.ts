/** Whether a module's default export keeps the contract; every mistake with its place and how to mend it. */

import { Predicate, Result, Schema, SchemaIssue } from "effect"
import { choices } from "../../core/text/choices.ts"
import { didYouMean } from "../../core/text/nearest.ts"
import { shown, shownOrNothing } from "../../core/text/shown.ts"
import { contractVersion, contributions, type Plugin } from "./define.ts"
import type { Issue } from "./error.ts"
import { unreadable } from "./plain.ts"
import { parameterShapes, shapes, spaceShapes } from "./shapes.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** All that is wrong with the value; nothing where it is a {@link Plugin}. */
export const pluginIssues = (value: unknown): readonly Issue[] => {
  const odd = unreadable(value)
  if (odd !== undefined) return [odd]
  const whole = shapeIssues(shapes.Plugin, value, "")
  const version = Predicate.hasProperty(value, "policygradex") ? value.policygradex : undefined
  if (typeof version === "number" && version !== contractVersion) {
    const fix =
      version > contractVersion ? "install a newer policygradex" : "read the changelog, then raise the plugin's number"
    return [{ field: "policygradex", want: `contract ${contractVersion}`, got: `contract ${version}`, fix }]
  }
  if (!Predicate.isObject(value)) {
    const fix = `export default definePlugin({ policygradex: ${contractVersion}, … })`
    return whole.map((issue) => ({ ...issue, fix }))
  }
  return [
    ...whole,
    ...Object.keys(value)
      .filter((key) => !Object.hasOwn(shapes.Plugin.fields, key))
      .map((key) => unknownKey(key)),
    ...each(value.environments, "environments", environmentIssues),
    ...each(value.families, "families", familyIssues),
    ...each(value.algorithms, "algorithms", (a, at) => shapeIssues(shapes.Algorithm, a, at)),
    ...each(value.architectures, "architectures", (a, at) => shapeIssues(shapes.Architecture, a, at)),
    ...each(value.aggregators, "aggregators", (a, at) => shapeIssues(shapes.Aggregator, a, at)),
    ...each(value.groupings, "groupings", (g, at) => shapeIssues(shapes.Grouping, g, at)),
    ...each(value.loggers, "loggers", (l, at) => shapeIssues(shapes.Logger, l, at)),
    ...contributions.flatMap((key) => repeatedIds(value[key], key))
  ]
}

/** Whether a value keeps the contract. */
export const isPlugin = (value: unknown): value is Plugin => pluginIssues(value).length === 0

const unknownKey = (key: string): Issue => {
  const valid = Object.keys(shapes.Plugin.fields)
  const fix = ["take it out", didYouMean(key, valid)].filter((hint) => hint !== "").join(", ")
  return { field: key, want: `only ${choices(valid, key)}`, got: shown(key), fix }
}

/** What is wrong with a record of an environment. */
const environmentIssues = (env: unknown, at: string): readonly Issue[] => {
  const shape = shapeIssues(shapes.Environment, env, at)
  if (!Predicate.isObject(env)) return shape
  return [
    ...shape,
    ...spaceIssues(env.observation, `${at}.observation`),
    ...spaceIssues(env.action, `${at}.action`),
    ...tableIssues(env.parameters, `${at}.parameters`)
  ]
}

const familyIssues = (family: unknown, at: string): readonly Issue[] => {
  const shape = shapeIssues(shapes.Family, family, at)
  if (!Predicate.isObject(family)) return shape
  const n = Predicate.hasProperty(family.options, "n")
  const noCount: Issue = {
    field: `${at}.options.n`,
    want: "an option n, the number of tasks",
    got: "none",
    fix: `add n: integer(10, "tasks", 1, 1000, "number of tasks")`
  }
  return [
    ...shape,
    ...(n ? [] : [noCount]),
    ...environmentIssues(family.environment, `${at}.environment`),
    ...tableIssues(family.options, `${at}.options`)
  ]
}

const spaceIssues = (space: unknown, at: string): readonly Issue[] => {
  const issues = tagged(spaceShapes, "_tag", space, at)
  if (issues.length > 0) return issues
  if (Schema.is(spaceShapes.Discrete)(space)) {
    const got = `${space.names.length} names`
    const fix = "give each action a name"
    return space.names.length === space.n ? [] : [{ field: `${at}.names`, want: `${space.n} names`, got, fix }]
  }
  if (!Schema.is(spaceShapes.Box)(space)) return []
  const { low, high } = space
  const lengths = (["high", "names", "units"] as const)
    .filter((key) => space[key].length !== low.length)
    .map((key) => ({
      field: `${at}.${key}`,
      want: `${low.length} entries, as low has`,
      got: String(space[key].length),
      fix: `give low, high, names and units one entry a component`
    }))
  const empty = low.length > 0 ? [] : [{ field: `${at}.low`, want: "at least one component", got: "none", fix: "" }]
  const odd = low.flatMap((l, i) =>
    l <= (high[i] ?? Infinity)
      ? []
      : [{ field: `${at}.low[${i}]`, want: `at most high[${i}] = ${high[i]}`, got: String(l), fix: "swap the two" }]
  )
  return [...lengths, ...empty, ...odd]
}

const tableIssues = (table: unknown, at: string): readonly Issue[] =>
  Predicate.isObject(table)
    ? Object.entries(table).flatMap(([name, p]) => {
        const issues = tagged(parameterShapes, "kind", p, `${at}.${name}`)
        return issues.length > 0 ? issues : defaultIssues(p, `${at}.${name}`)
      })
    : []

const defaultIssues = (p: unknown, at: string): readonly Issue[] => {
  if (Schema.is(parameterShapes.number)(p) && !(p.default >= p.min && p.default <= p.max)) {
    const fix = "widen the range or change the default"
    return [{ field: `${at}.default`, want: `from min ${p.min} to max ${p.max}`, got: String(p.default), fix }]
  }
  if (Schema.is(parameterShapes.choice)(p) && !p.choices.includes(p.default)) {
    const fix = "add it to the choices"
    return [{ field: `${at}.default`, want: `one of ${choices(p.choices, p.default)}`, got: shown(p.default), fix }]
  }
  return []
}

/** By the shape that the value's own tag names. */
const tagged = (
  known: Readonly<Record<string, Schema.Codec<unknown, unknown>>>,
  key: string,
  value: unknown,
  at: string
): readonly Issue[] => {
  const tag = Predicate.hasProperty(value, key) ? value[key] : undefined
  const shape = typeof tag === "string" && Object.hasOwn(known, tag) ? known[tag] : undefined
  if (shape !== undefined) return shapeIssues(shape, value, at)
  const valid = Object.keys(known)
  const want = valid.map((v) => JSON.stringify(v)).join(" or ")
  const fix = typeof tag === "string" ? didYouMean(tag, valid) : ""
  return Predicate.isObject(value)
    ? [{ field: `${at}.${key}`, want, got: show(tag), fix }]
    : [{ field: at, want: `an object with ${key}`, got: show(value), fix }]
}

const shapeIssues = (schema: Schema.Codec<unknown, unknown>, value: unknown, at: string): readonly Issue[] => {
  const decoded = Schema.decodeUnknownResult(schema, { errors: "all" })(value)
  if (Result.isSuccess(decoded)) return []
  return format(decoded.failure.issue).issues.map(({ path = [], message }) => {
    const keys = path.map((p) => (typeof p === "object" ? p.key : p))
    const field = keys.reduce<string>(
      (text, key) =>
        typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
      at
    )
    const got = keys.reduce<unknown>((v, key) => (Predicate.hasProperty(v, key) ? v[key] : undefined), value)
    const missing = message.includes("Missing key")
    const want = missing ? wantedAt(schema, keys) : plain(message)
    const example = field === "policygradex" ? `: ${contractVersion}` : ""
    return { field, want, got: show(got), fix: missing ? `add ${String(keys.at(-1))}${example}` : "" }
  })
}

/** What a missing key should hold. */
const wantedAt = (schema: unknown, keys: readonly PropertyKey[]): string => {
  const [key] = keys
  const fields = Predicate.hasProperty(schema, "fields") ? schema.fields : undefined
  const node = Predicate.hasProperty(fields, key ?? "") ? fields[key ?? ""] : undefined
  if (!Schema.isSchema(node)) return "a value"
  const probe = Schema.decodeUnknownResult(Schema.make<Schema.Codec<unknown>>(node.ast))(Symbol("none"))
  const message = Result.isFailure(probe) ? format(probe.failure.issue).issues[0]?.message : undefined
  return message === undefined ? "a value" : plain(message)
}

const nouns: Readonly<Record<string, string>> = { string: "a text", number: "a number", object: "an object" }

/** What the schema wanted, without its "Expected" and what came. */
const plain = (message: string): string => {
  const want = message.replace(/^Expected /, "").replace(/, got .*$/s, "")
  return nouns[want] ?? want
}

const each = (
  items: unknown,
  key: string,
  issues: (item: unknown, at: string) => readonly Issue[]
): readonly Issue[] => (Array.isArray(items) ? items.flatMap((item, i) => issues(item, `${key}[${i}]`)) : [])

const repeatedIds = (items: unknown, key: string): readonly Issue[] => {
  const ids = Array.isArray(items) ? items.map((x) => (Predicate.hasProperty(x, "id") ? x.id : undefined)) : []
  return ids.flatMap((id, i) =>
    id !== undefined && ids.indexOf(id) < i
      ? [
          {
            field: `${key}[${i}].id`,
            want: "an id of its own",
            got: show(id),
            fix: `rename it or ${key}[${ids.indexOf(id)}]`
          }
        ]
      : []
  )
}

/** Values of plugins are shown in fewer characters: a field is named beside each. */
const show = (value: unknown): string => shownOrNothing(value, 60)
