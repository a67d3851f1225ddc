/**
 * Protocol Buffers' wire format, as much of it as our files need: whole numbers, float32, float64, texts,
 * bytes and messages.
 *
 * - Source: protobuf.dev/programming-guides/encoding.
 */

/** A message as the fields it was made of, in order. */
export type Message = readonly Field[]

/** One field, already in bytes. */
export type Field = Uint8Array

const VARINT = 0
const EIGHT_BYTES = 1
const LENGTH_DELIMITED = 2
const FOUR_BYTES = 5

/** A whole number >= 0, seven bits a byte, the lowest first; the eighth says that more follow. */
export const varint = (value: number): Uint8Array => {
  const bytes: number[] = []
  // No shifts: those see 32 bits, and a length may have more.
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    const low = rest % 128
    if (rest < 128) return Uint8Array.from([...bytes, low])
    bytes.push(low + 128)
  }
}

/** Field `number` holding a whole number >= 0. */
export const whole = (number: number, value: number): Field => joined([varint(8 * number + VARINT), varint(value)])

/** Field `number` holding a float32. */
export const single = (number: number, value: number): Field => {
  const bytes = new DataView(new ArrayBuffer(4))
  bytes.setFloat32(0, value, true)
  return joined([varint(8 * number + FOUR_BYTES), new Uint8Array(bytes.buffer)])
}

/** Field `number` holding a float64. */
export const double = (number: number, value: number): Field => {
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setFloat64(0, value, true)
  return joined([varint(8 * number + EIGHT_BYTES), new Uint8Array(bytes.buffer)])
}

/** Field `number` holding bytes. */
export const bytes = (number: number, value: Uint8Array): Field =>
  joined([varint(8 * number + LENGTH_DELIMITED), varint(value.length), value])

/** Field `number` holding a text. */
export const text = (number: number, value: string): Field => bytes(number, new TextEncoder().encode(value))

/** Field `number` holding a message. */
export const message = (number: number, value: Message): Field => bytes(number, joined(value))

/** Parts one after another. */
export const joined = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
