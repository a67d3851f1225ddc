/** From what a stage made to the bytes of a file: the same content always gives the same bytes. */
import type { Content } from "../../core/service/run_store.ts"
import { quote } from "./matrix/csv.ts"
import { writeNpy } from "./matrix/npy.ts"
import { writeSafetensors } from "./safetensors.ts"

/** The ending of a content's file. */
export const endings = { array: "npy", tensors: "safetensors", table: "csv", json: "json" } as const

/** The bytes of a content; object keys are sorted, numbers are the shortest text that reads back as the same bits. */
export const encode = (content: Content): Uint8Array<ArrayBuffer> => {
  switch (content.kind) {
    case "array":
      return writeNpy(content.data, content.shape)
    case "tensors":
      return writeSafetensors(content.tensors, content.meta)
    case "table":
      return text(
        `${[content.columns, ...content.rows].map((r) => r.map((c) => quote(String(c))).join(",")).join("\n")}\n`
      )
    case "json":
      return text(stableJson(content.value))
  }
}

/** JSON with sorted keys, lists of numbers on one line; numbers that JSON lacks become null, as a text where a number is expected would be none. */
export const stableJson = (value: unknown): string => {
  const text = JSON.stringify(value, ordered, 2) ?? "null"
  return `${text.replaceAll(/\[\n[\s\d.,eE+-]*\]/g, (list) => list.replaceAll(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"))}\n`
}

const ordered = (_: string, value: unknown): unknown => {
  if (typeof value === "number" && !Number.isFinite(value)) return null
  if (value instanceof Float64Array || value instanceof Float32Array) return Array.from(value)
  if (value instanceof Int32Array || value instanceof Uint8Array) return Array.from(value)
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const text = (s: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(s)
