/** What comes from outside, by schemas: JSON texts, and what a schema refuses in a sentence's words. */
import { Predicate, Schema, SchemaIssue, SchemaTransformation } from "effect"
import { jsonExcess } from "../text/json.ts"
import { shownOrNothing } from "../text/shown.ts"

/** Deeper nesting is no data of ours; whatever walks through it would take more stack than there is. */
const Shallow = Schema.String.check(Schema.makeFilter((text: string) => jsonExcess(text) ?? true))

/**
 * A value that is a JSON text outside: `Schema.fromJsonString`, but lists and objects more than 100 deep are refused
 * before they are parsed.
 */
export const jsonText = <S extends Schema.Constraint>(schema: S) =>
  Shallow.pipe(Schema.decodeTo(schema, SchemaTransformation.fromJsonString()))

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * What came instead of what a schema wants, for "want …, got …": the first field that is not as it should be.
 *
 * `network.layers that is not a value between 0 and 64`, `no network`.
 */
export const misfit = ({ issue }: { readonly issue: SchemaIssue.Issue }): string => {
  const [first] = format(issue).issues
  if (first === undefined) return "something else"
  const field = (first.path ?? []).map((p) => String(typeof p === "object" ? p.key : p)).join(".")
  if (first.message.startsWith("Missing key")) return `no ${field}`
  const want = first.message.replace(/^Expected /, "")
  if (want === first.message) return field === "" ? want : `${field} with ${want}`
  return `${field === "" ? "what" : `${field} that`} is not ${want}`
}

/** The first thing in a value that a schema refuses: where it stands, what was expected, what came; `excess` is what has no place. */
export const refused = ({ issue }: { readonly issue: SchemaIssue.Issue }, value: unknown) => {
  const { issues } = format(issue)
  const excess = issues.find((i) => i.message.includes("excess"))
  const first = excess ?? issues[0]
  const path = (first?.path ?? []).map((p) => String(typeof p === "object" ? p.key : p))
  const want = (first?.message ?? "").replace(/^Expected /, "")
  return { excess: excess !== undefined, path, want, got: shownOrNothing(at(value, path)) }
}

/** What stands in a value at a path; undefined where nothing does. */
export const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((v, key) => (Predicate.hasProperty(v, key) ? v[key] : undefined), value)
