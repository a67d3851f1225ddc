/** What the instructions of a pickle take from its bytes and from its stack; all throw RangeError where there is too little. */
import type { Pickled } from "./values.ts"

/** The machine, between two instructions. */
export interface Machine {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
  /** A mark is undefined. */
  readonly stack: (Pickled | undefined)[]
  readonly memo: Map<number, Pickled>
  /** Whether a name may stand in this pickle. */
  readonly allows: (name: string) => boolean
}

/** The next bytes. */
export const take = (m: Machine, count: number): Uint8Array => {
  if (count > m.bytes.length - m.at) throw new RangeError(`one that ends ${count} bytes too early`)
  const part = m.bytes.subarray(m.at, m.at + count)
  m.at += count
  return part
}

/** A whole number >= 0, the lowest byte first. */
export const takeWhole = (m: Machine, width: 1 | 2 | 4 | 8): number =>
  take(m, width).reduceRight((value, byte) => 256 * value + byte, 0)

/** A whole number in two's complement; one beyond 2^53 is a bigint. */
export const takeLong = (m: Machine, width: number): number | bigint => {
  // Nothing that is read has numbers of thousands of digits; making them would take longer than reading them.
  if (width > 16) throw new RangeError(`a whole number of ${width} bytes`)
  const part = take(m, width)
  let value = 0n
  for (let i = width - 1; i >= 0; i--) value = value * 256n + BigInt(part[i]!)
  const signed = BigInt.asIntN(Math.max(1, 8 * width), value)
  const small = Number(signed)
  return Number.isSafeInteger(small) ? small : signed
}

export const takeText = (m: Machine, length: number, encoding: "utf-8" | "latin1"): string =>
  new TextDecoder(encoding).decode(take(m, length))

/** Up to the next line end, which is left out. */
export const takeLine = (m: Machine): string => {
  const end = m.bytes.indexOf(0x0a, m.at)
  if (end < 0) throw new RangeError("a line without an end")
  const line = new TextDecoder().decode(m.bytes.subarray(m.at, end))
  m.at = end + 1
  return line
}

export const push = (m: Machine, value: Pickled): void => void m.stack.push(value)

export const pop = (m: Machine): Pickled => {
  const value = m.stack.pop()
  if (value === undefined) throw new RangeError("one that takes what is not there")
  return value
}

/** What lies above the last mark, which goes too. */
export const popItems = (m: Machine): Pickled[] => {
  const mark = m.stack.lastIndexOf(undefined)
  if (mark < 0) throw new RangeError("one that lacks a mark")
  const items = m.stack.splice(mark).slice(1)
  return items.map((item) => item ?? null)
}

/** The same in pairs. */
export const popPairs = (m: Machine): [Pickled, Pickled][] => {
  const items = popItems(m)
  if (items.length % 2 !== 0) throw new RangeError("a key without a value")
  return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i]!, items[2 * i + 1]!])
}
