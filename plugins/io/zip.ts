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
  const [count, length, at] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true)
  ]
  return { count, length, at }
}

/** How much of a file's end holds the last record, whatever remark stands behind it. */
export const LONGEST_END = 22 + 0xffff

/**
 * The members of a directory. Sizes beyond 32 bits are beyond any limit of ours.
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
    if (at + 46 + length > bytes.length) return undefined
    members.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true)
    })
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return members
}

/** The last record of the file, behind which only a remark may stand. */
const endRecord = (view: DataView): number | undefined => {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - LONGEST_END); at--) {
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
