/** The safetensors file format: named arrays behind a JSON header. */

import { Predicate, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import type { Tensor } from "../../core/service/run_store.ts"
import { parseJson } from "../../core/text/json.ts"
import { clipped } from "../../core/text/printable.ts"
import { shown } from "../../core/text/shown.ts"

/** What a file holds. */
export interface Safetensors {
  readonly tensors: readonly Tensor[]
  readonly meta: Readonly<Record<string, string>>
}

/**
 * The bytes of a `.safetensors` file: 8 bytes of header length, the header, the data in the order given.
 *
 * The header is padded with spaces so that the data start at a multiple of 8.
 * - Source: huggingface/safetensors, README, "Format".
 */
export const writeSafetensors = (
  tensors: readonly Tensor[],
  meta: Readonly<Record<string, string>> = {}
): Uint8Array<ArrayBuffer> => {
  let offset = 0
  const entries: [string, unknown][] = Object.keys(meta).length > 0 ? [["__metadata__", meta]] : []
  for (const { name, shape, data } of tensors) {
    const end = offset + data.byteLength
    const dtype = data instanceof Float32Array ? "F32" : "F64"
    entries.push([name, { dtype, shape, data_offsets: [offset, end] }])
    offset = end
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  const headerLength = Math.ceil(json.length / 8) * 8
  const out = new Uint8Array(8 + headerLength + offset).fill(32, 8, 8 + headerLength)
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength), true)
  out.set(json, 8)
  let at = 8 + headerLength
  for (const { data } of tensors) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return out
}

/**
 * Reads a `.safetensors` file of float32 and float64 arrays.
 *
 * - Errors: `ArgumentError` for a file cut short, a damaged header, offsets that do not fit, another number type.
 */
export const readSafetensors = (bytes: Uint8Array, name: string): E.Either<ArgumentError, Safetensors> => {
  const bad = (want: string, got: string) => cannot(`read ${name}`, want, got)
  if (bytes.length < 8) return bad("a safetensors file", `${bytes.length} bytes`)
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const start = 8 + headerLength
  if (start > bytes.length) return bad(`a header of ${headerLength} bytes`, `a file of ${bytes.length}`)
  const header = parseJson(new TextDecoder().decode(bytes.subarray(8, start)))
  if (E.isLeft(header)) return bad("a JSON header", header.left)
  if (!Predicate.isObject(header.right)) return bad("a JSON header of tensors", shown(header.right))
  const tensors: Tensor[] = []
  let meta: Readonly<Record<string, string>> = {}
  for (const [key, entry] of Object.entries(header.right)) {
    if (key === "__metadata__") {
      if (!isTexts(entry)) return bad("texts by name as __metadata__", shown(entry))
      meta = entry
      continue
    }
    const spec = entryOf(entry)
    if (spec === undefined) return bad(`dtype, shape and data_offsets for ${clipped(key)}`, shown(entry))
    const width = spec.dtype === "F32" ? 4 : spec.dtype === "F64" ? 8 : undefined
    if (width === undefined) return bad(`F32 or F64 for ${clipped(key)}`, clipped(spec.dtype))
    const [from, to] = spec.offsets
    const count = spec.shape.reduce((a, b) => a * b, 1)
    if (to - from !== count * width || from < 0 || start + to > bytes.length) {
      return bad(
        `${count * width} bytes for ${clipped(key)}`,
        `offsets ${from} to ${to} of ${bytes.length - start} bytes`
      )
    }
    // slice() of a Node Buffer copies nothing, and its buffer would be the whole file.
    const copy = new Uint8Array(bytes.subarray(start + from, start + to)).buffer
    tensors.push({ name: key, shape: spec.shape, data: width === 4 ? new Float32Array(copy) : new Float64Array(copy) })
  }
  return E.right({ tensors, meta })
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly offsets: readonly [number, number]
}

const isTexts = Schema.is(Schema.Record(Schema.String, Schema.String))

const isNumbers = (u: unknown): u is readonly number[] => Array.isArray(u) && u.every(Number.isSafeInteger)

const entryOf = (u: unknown): Entry | undefined => {
  if (!Predicate.isObject(u)) return undefined
  const { dtype, shape, data_offsets: offsets } = Object.assign({ dtype: "", shape: 0, data_offsets: 0 }, u)
  if (typeof dtype !== "string" || !isNumbers(shape) || !isNumbers(offsets)) return undefined
  const [from, to] = offsets
  if (from === undefined || to === undefined || shape.some((size) => size < 0)) return undefined
  return { dtype, shape, offsets: [from, to] }
}
