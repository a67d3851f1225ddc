/** The settings of a learner as rows for people: what each means, what it takes, its default. */
import { Predicate, Schema } from "effect"
import type { Algorithm } from "../../algorithms/mod.ts"

export interface SettingRow {
  /** Keys from the learner's settings downwards: `inner.rate`. */
  readonly path: string
  readonly default: unknown
  /** Its values in words: `integer from 1 to 1000`. */
  readonly takes: string
  readonly meaning: string
}

/** All settings of a learner, in its schema's order; whatever describes itself as a JSON schema does. */
export const settingRows = ({
  config,
  defaults
}: Pick<Algorithm<unknown>, "config" | "defaults">): readonly SettingRow[] =>
  rowsOf(Schema.toJsonSchemaDocument(config).schema, defaults, [])

const rowsOf = (node: unknown, value: unknown, path: readonly string[]): readonly SettingRow[] => {
  const inside = member(node, "properties")
  if (Predicate.isObject(inside)) {
    return Object.entries(inside).flatMap(([key, schema]) => rowsOf(schema, member(value, key), [...path, key]))
  }
  const meaning = member(node, "description")
  return path.length === 0
    ? []
    : [
        {
          path: path.join("."),
          default: value,
          takes: takes(node),
          meaning: typeof meaning === "string" ? meaning : ""
        }
      ]
}

const takes = (node: unknown): string => {
  const either = member(node, "anyOf")
  if (Array.isArray(either)) return either.map(takes).join(" or ")
  const choices = member(node, "enum")
  if (Array.isArray(choices)) return choices.join(" or ")
  const type = member(node, "type")
  if (type === "boolean") return "true or false"
  const [low, high] = [bound(member(node, "minimum")), bound(member(node, "maximum"))]
  const range =
    low === undefined && high === undefined ? "" : ` from ${low ?? "-∞"}${high === undefined ? "" : ` to ${high}`}`
  return typeof type === "string" ? `${type}${range}` : ""
}

/** An integer without bounds of its own is described with the largest that there are. */
const bound = (x: unknown): number | undefined =>
  typeof x === "number" && Math.abs(x) < Number.MAX_SAFE_INTEGER ? x : undefined

const member = (x: unknown, key: string): unknown => (Predicate.hasProperty(x, key) ? x[key] : undefined)
