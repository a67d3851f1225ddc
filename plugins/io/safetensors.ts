/** The safetensors file format: named arrays behind a JSON header. */

import { Predicate, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import type { Tensor } from "../../core/service/run_store.ts"
import { parseJson } from "../../core/text/json.ts"
import { clipped } from "../../core/text/printable.ts"
import { shown } from "../../core/text/shown.ts"
import { bfloat16, type Dtype, decode, dtypes, floatsOf } from "./matrix/npy_dtype.ts"

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
 * Reads a `.safetensors` file. Half-precision numbers become float32, whole ones float64.
 *
 * - Errors: `ArgumentError` for a file cut short, a damaged header, offsets that do not fit, data that several tensors share or
 *   none has, another number type.
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
  return E.map(
    ({ meta, parts }: Parts): Safetensors => ({
      meta,
      tensors: parts.map(({ name: own, shape, type, from, to }) => {
        const count = (to - from) / type.size
        return {
          name: own,
          shape,
          data: floatsOf(decode(type, bytes.subarray(start + from, start + to), count, false))
        }
      })
    })
  )(safetensorsParts(header.right, bytes.length - start, name))
}

/** Where the tensors of a file are, counted from behind its header. */
export interface Parts {
  readonly meta: Readonly<Record<string, string>>
  readonly parts: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly type: Dtype
    readonly from: number
    readonly to: number
  }[]
}

/** What a header says of `length` bytes behind it. Errors: as `readSafetensors`. */
export const safetensorsParts = (header: object, length: number, name: string): E.Either<ArgumentError, Parts> => {
  const bad = (want: string, got: string) => cannot(`read ${name}`, want, got)
  const parts: Parts["parts"][number][] = []
  let meta: Readonly<Record<string, string>> = {}
  for (const [key, entry] of Object.entries(header)) {
    if (key === "__metadata__") {
      if (!isTexts(entry)) return bad("texts by name as __metadata__", shown(entry))
      meta = entry
      continue
    }
    const spec = entryOf(entry)
    if (spec === undefined) return bad(`dtype, shape and data_offsets for ${clipped(key)}`, shown(entry))
    const type = types.get(spec.dtype)
    if (type === undefined) {
      return bad(`a number type for ${clipped(key)}: ${[...types.keys()].join(", ")}`, clipped(spec.dtype))
    }
    const [from, to] = spec.offsets
    const count = spec.shape.reduce((a, b) => a * b, 1)
    if (to - from !== count * type.size || from < 0 || to > length) {
      return bad(`${count * type.size} bytes for ${clipped(key)}`, `offsets ${from} to ${to} of ${length} bytes`)
    }
    parts.push({ name: key, shape: spec.shape, type, from, to })
  }
  const gap = gapIn(parts, length)
  return gap === undefined
    ? E.right({ meta, parts })
    : bad("each byte of the data in one tensor, as the format has it", gap)
}

/**
 * Where data overlap, or belong to none. A small file in which tensors share bytes would describe any number of large ones.
 *
 * - Source: huggingface/safetensors, README, "Format": the byte buffer needs to be entirely indexed.
 */
const gapIn = (parts: Parts["parts"], length: number): string | undefined => {
  let end = 0
  for (const { name, from, to } of parts.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) return `${clipped(name)} from byte ${from} on, where those before it end at ${end}`
    end = to
  }
  return end === length ? undefined : `${length - end} bytes behind the last tensor`
}

/** The format's names of number types, by NumPy's. */
const types: ReadonlyMap<string, Dtype> = new Map([
  ...[...dtypes].map(
    ([name, type]) => [name === "b1" ? "BOOL" : `${name[0]}${8 * type.size}`.toUpperCase(), type] as const
  ),
  ["BF16", bfloat16] as const
])

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
