/** Walking a configuration schema: which keys it has, and what each means. */
import { Schema } from "effect"
import { RunConfig } from "../../pipeline/internal.ts"

/** A decoder without services: what every node of the configuration is. */
export type Node = Schema.Codec<unknown, unknown>

interface Fields {
  readonly fields: Readonly<Record<string, Node>>
}

const hasFields = (node: unknown): node is Fields =>
  (typeof node === "object" || typeof node === "function") && node !== null && "fields" in node

/** Keys directly under a path; nothing where the path ends in a value or in a free record. */
export const keysAt = (path: readonly PropertyKey[]): readonly string[] | undefined => {
  const node = nodeAt(path)
  return hasFields(node) ? Object.keys(node.fields) : undefined
}

/** The schema at a path; nothing where a key is unknown or the record is free. */
export const nodeAt = (path: readonly PropertyKey[]): Node | undefined => {
  let node: Node = RunConfig
  for (const key of path) {
    const next: Node | undefined =
      hasFields(node) && Object.hasOwn(node.fields, key) ? node.fields[String(key)] : undefined
    if (next === undefined) return undefined
    node = next
  }
  return node
}

/** Every settable path (`a.b.c`), in order. */
export const paths = (under: readonly string[] = []): readonly string[] =>
  (keysAt(under) ?? []).flatMap((key) => {
    const path = [...under, key]
    return keysAt(path) === undefined ? [path.join(".")] : paths(path)
  })

/** The meaning that the schema gives for a path. */
export const meaning = (path: readonly string[]): string => {
  const node = nodeAt(path)
  return node === undefined ? "" : (Schema.resolveAnnotations(node)?.description ?? "")
}

/** The first path segment under which anything goes (`family.options`), if the path lies in one. */
export const isFree = (path: readonly string[]): boolean =>
  path.some((_, i) => i > 0 && nodeAt(path.slice(0, i)) !== undefined && keysAt(path.slice(0, i)) === undefined)
