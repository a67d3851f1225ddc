/** Plain data as bytes and back, bit for bit: JSON, with arrays of numbers behind it. */
import * as E from "fp-ts/lib/Either.js"
import { parseJson } from "../../core/text/json.ts"
import { stableJson } from "./content.ts"

/** What JSON has no word for is an object with this one key more. */
const MARK = "$"

const kinds = { f8: Float64Array, f4: Float32Array, i4: Int32Array, u1: Uint8Array } as const
type Kind = keyof typeof kinds
type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array

/**
 * The bytes of a value: texts, booleans, numbers (NaN, infinities and −0 too), null, lists, records, and typed arrays.
 * Equal values give equal bytes, whatever the order of their keys; what is undefined is left out.
 *
 *     u32 length of the JSON · JSON, padded with spaces to a multiple of 8 · arrays, each from a multiple of 8
 */
export const pack = (value: unknown): Uint8Array<ArrayBuffer> => {
  const arrays: { readonly at: number; readonly data: Numbers }[] = []
  let length = 0
  const plain = (x: unknown): unknown => {
    if (typeof x === "number") return Number.isFinite(x) && !Object.is(x, -0) ? x : { [MARK]: "number", is: name(x) }
    if (typeof x !== "object" || x === null) return x
    if (Array.isArray(x)) return x.map(plain)
    const kind = kindOf(x)
    if (kind !== undefined) {
      const at = length
      arrays.push({ at, data: kind.data })
      length = padded(at + kind.data.byteLength)
      return { [MARK]: kind.name, at, count: kind.data.length }
    }
    const entries = Object.entries(x)
    const own = entries.filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
    const record = Object.fromEntries(own.map(([k, v]) => [k, plain(v)]))
    return Object.hasOwn(record, MARK) ? { [MARK]: "record", is: record } : record
  }
  const json = new TextEncoder().encode(JSON.stringify(plain(value)) ?? "null")
  const start = padded(4 + json.length)
  const out = new Uint8Array(start + length).fill(32, 4, start)
  new DataView(out.buffer).setUint32(0, start - 4, true)
  out.set(json, 4)
  for (const { at, data } of arrays) out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + at)
  return out
}

/** The value that was packed. Errors: a sentence about bytes that `pack` does not write. */
export const unpack = (bytes: Uint8Array): E.Either<string, unknown> =>
  E.tryCatch(
    () => {
      const start = 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
      const json = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, start)))
      if (E.isLeft(json)) throw new RangeError(json.left)
      return revive(json.right, (at, length) => {
        const part = bytes.subarray(start + at, start + at + length)
        if (part.length !== length) throw new RangeError(`an array beyond the end, at ${start + at}`)
        return new Uint8Array(part).buffer
      })
    },
    (e) => (e instanceof Error ? e.message : String(e))
  )

const revive = (x: unknown, bytesAt: (at: number, length: number) => ArrayBuffer): unknown => {
  if (typeof x !== "object" || x === null) return x
  if (Array.isArray(x)) return x.map((v: unknown) => revive(v, bytesAt))
  const entries: readonly (readonly [string, unknown])[] = Object.entries(x)
  const all = (from: readonly (readonly [string, unknown])[]) =>
    Object.fromEntries(from.map(([k, v]) => [k, revive(v, bytesAt)]))
  if (!(MARK in x)) return all(entries)
  const { is, at, count } = Object.assign({ is: undefined, at: 0, count: 0 }, x)
  const mark = x[MARK]
  if (mark === "number") return Number(is)
  if (mark === "record") return all(Object.entries(Object(is)))
  if (typeof mark !== "string" || !isKind(mark)) throw new RangeError(`what is marked ${stableJson(mark).trim()}`)
  const Made = kinds[mark]
  return new Made(bytesAt(at, count * Made.BYTES_PER_ELEMENT))
}

const isKind = (name: string): name is Kind => Object.hasOwn(kinds, name)

const kindOf = (x: object): { readonly name: Kind; readonly data: Numbers } | undefined => {
  if (x instanceof Float64Array) return { name: "f8", data: x }
  if (x instanceof Float32Array) return { name: "f4", data: x }
  if (x instanceof Int32Array) return { name: "i4", data: x }
  return x instanceof Uint8Array ? { name: "u1", data: x } : undefined
}

const name = (x: number): string => (Object.is(x, -0) ? "-0" : String(x))

const padded = (length: number): number => Math.ceil(length / 8) * 8
