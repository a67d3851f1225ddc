/** What a schema refuses, in a sentence's words. */
import { SchemaIssue } from "effect"

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
