/** What comes from outside, by schemas: JSON texts, and what a schema refuses in a sentence's words. */
import { Schema, SchemaIssue, SchemaTransformation } from "effect"
import { jsonExcess } from "../text/json.ts"

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
