/**
 * Protocol Buffers' wire format, read: the fields of a message by their numbers.
 *
 * - Source: protobuf.dev/programming-guides/encoding.
 */
import * as E from "fp-ts/lib/Either.js"

/** One field: a whole number, or bytes (a message, a text, numbers side by side). */
export interface WireField {
  readonly number: number
  readonly value: number | Uint8Array
}

/** The fields in their order. Errors: what came instead. */
export const fieldsOf = (bytes: Uint8Array): E.Either<string, readonly WireField[]> => {
  const fields: WireField[] = []
  for (let at = 0; at < bytes.length; ) {
    const key = varint(bytes, at)
    if (key === undefined) return E.left("a field without an end")
    at = key.end
    const [number, kind] = [Math.floor(key.value / 8), key.value % 8]
    const whole = kind === 0 || kind === 2 ? varint(bytes, at) : { value: kind === 1 ? 8 : 4, end: at }
    if (whole === undefined || ![0, 1, 2, 5].includes(kind)) return E.left(`a field of kind ${kind}`)
    at = whole.end
    if (kind === 0) fields.push({ number, value: whole.value })
    else {
      if (whole.value > bytes.length - at) return E.left("a field that is cut short")
      fields.push({ number, value: bytes.subarray(at, at + whole.value) })
      at += whole.value
    }
  }
  return E.right(fields)
}

/** Seven bits a byte, the lowest first. Negative numbers, which take ten bytes, come as large ones. */
const varint = (bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined => {
  let value = 0
  for (let i = 0; i < 10 && from + i < bytes.length; i++) {
    const byte = bytes[from + i]!
    value += (byte & 127) * 2 ** (7 * i)
    if (byte < 128) return { value, end: from + i + 1 }
  }
  return undefined
}

/** Whole numbers of a field that repeats, packed or one by one. */
export const wholesOf = (fields: readonly WireField[], number: number): readonly number[] =>
  fields.flatMap((f) => {
    if (f.number !== number) return []
    if (typeof f.value === "number") return [f.value]
    const out: number[] = []
    for (let at = 0; at < f.value.length; ) {
      const one = varint(f.value, at)
      if (one === undefined) break
      out.push(one.value)
      at = one.end
    }
    return out
  })

/** The bytes of every field of that number. */
export const bytesOf = (fields: readonly WireField[], number: number): readonly Uint8Array[] =>
  fields.flatMap((f) => (f.number === number && typeof f.value !== "number" ? [f.value] : []))

/** A field as text; "" where there is none. */
export const textOf = (fields: readonly WireField[], number: number): string =>
  new TextDecoder().decode(bytesOf(fields, number)[0] ?? new Uint8Array(0))
