/** Zip files, read: members stored or deflated, found by the directory at the end. */
import { crc32, inflateRawSync } from "node:zlib"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"

/** What the directory at the end of a zip file says of a member. */
export interface Member {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Where its own header begins. */
  readonly at: number
}

/** How zip files begin. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
/** Of files beyond 32 bits: the end record, and what tells where it is, which stands before the usual one. */
const [END_64, LOCATOR_64, END_64_LENGTH, LOCATOR_64_LENGTH] = [0x06064b50, 0x07064b50, 56, 20]
/** What stands for a number that is told with 64 bits elsewhere. */
const ELSEWHERE = 0xffffffff

/** Where the directory of a zip file is. */
export interface Directory {
  readonly count: number
  readonly at: number
  readonly length: number
}

/** All members; nothing where the directory is damaged. */
export const membersOf = (bytes: Uint8Array): readonly Member[] | undefined => {
  const found = directoryOf(bytes)
  return found === undefined ? undefined : membersIn(bytes.subarray(found.at), found.count)
}

/** The directory as the end of a file tells it; nothing where that is no end of a zip file. */
export const directoryOf = (tail: Uint8Array): Directory | undefined => {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const end = endRecord(view)
  if (end === undefined) return undefined
  const long = end - LOCATOR_64_LENGTH - END_64_LENGTH
  if (long >= 0 && view.getUint32(end - LOCATOR_64_LENGTH, true) === LOCATOR_64) {
    if (view.getUint32(long, true) !== END_64) return undefined
    return { count: whole(view, long + 32), length: whole(view, long + 40), at: whole(view, long + 48) }
  }
  const [count, length, at] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true)
  ]
  return { count, length, at }
}

const whole = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

/** How much of a file's end holds the last records, whatever remark stands behind them. */
export const LONGEST_END = END_64_LENGTH + LOCATOR_64_LENGTH + 22 + 0xffff

/**
 * The members of a directory.
 *
 * - Source: PKWARE, .ZIP File Format Specification, 4.3.
 */
export const membersIn = (bytes: Uint8Array, count: number): readonly Member[] | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const members: Member[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) return undefined
    const length = view.getUint16(at + 28, true)
    const more = at + 46 + length
    const behind = more + view.getUint16(at + 30, true)
    if (behind > bytes.length) return undefined
    // In this order, and each only where it is told elsewhere.
    const long = longNumbers(view, more, behind)
    const told = (place: number): number => {
      const short = view.getUint32(place, true)
      return short === ELSEWHERE ? (long.shift() ?? short) : short
    }
    const [size, packed, own] = [told(at + 24), told(at + 20), told(at + 42)]
    members.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, more)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      at: own
    })
    at = behind + view.getUint16(at + 32, true)
  }
  return members
}

/** What a member's extra field tells with 64 bits. */
const longNumbers = (view: DataView, from: number, to: number): number[] => {
  for (let at = from; at + 4 <= to; ) {
    const [kind, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)]
    at += 4
    const count = Math.floor(Math.min(length, to - at) / 8)
    if (kind === 1) return Array.from({ length: count }, (_, i) => whole(view, at + 8 * i))
    at += length
  }
  return []
}

/** The last record of the file, behind which only a remark may stand. */
const endRecord = (view: DataView): number | undefined => {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) === END) return at
  }
  return undefined
}

/** Where a member's bytes begin; nothing where its own header, whose beginning is given, is none. */
export const startOf = ({ at }: Pick<Member, "at">, header: Uint8Array): number | undefined => {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (header.length < LOCAL_LENGTH || view.getUint32(0, true) !== LOCAL) return undefined
  return at + LOCAL_LENGTH + view.getUint16(26, true) + view.getUint16(28, true)
}

/** Bytes of a member's own header before its name. */
export const LOCAL_LENGTH = 30

/** A member's bytes, held to the size and the check sum that the directory gives. Errors: what came instead. */
export const contentOf = (
  bytes: Uint8Array,
  { at, method, packed, size, crc }: Member
): E.Either<string, Uint8Array> => {
  const start = startOf({ at }, bytes.subarray(at, at + LOCAL_LENGTH))
  if (start === undefined) return E.left("no header of its own")
  if (start + packed > bytes.length) return E.left("an archive that ends before")
  const body = bytes.subarray(start, start + packed)
  if (method !== 0 && method !== 8) return E.left(`compression of kind ${method}`)
  return pipe(
    method === 0
      ? E.right(body)
      : E.tryCatch(
          (): Uint8Array => inflateRawSync(body, { maxOutputLength: Math.max(size, 1) }),
          () => "bytes that do not unpack"
        ),
    E.chain((content) => (content.length === size ? E.right(content) : E.left(`${content.length} bytes of ${size}`))),
    E.chain((content) => (crc32(content) === crc ? E.right(content) : E.left("another check sum")))
  )
}
