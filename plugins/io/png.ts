/**
 * PNG and APNG files of pictures.
 *
 * - Source: W3C, Portable Network Graphics (third edition), which has animations too.
 */
import { crc32, deflateSync } from "node:zlib"
import type { Picture, PictureSize } from "../../envs/mod.ts"

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** Bits of a channel, and the number of "red, green, blue". */
const [DEPTH, TRUECOLOUR] = [8, 2]
const CHANNELS = 3

/** One picture as a file. */
export const pngOf = (picture: Picture): Uint8Array =>
  joined([SIGNATURE, header(picture), chunk("IDAT", compressed(picture)), chunk("IEND", new Uint8Array())])

/** A film that is made as its pictures come: a thousand of them need not be kept. */
export interface Film {
  /** Adds a picture; all are of one size. */
  readonly add: (picture: Picture) => void
  /** The file of all that were added, played again and again. Without any it is empty. */
  readonly file: () => Uint8Array
}

/** A film whose pictures are shown so many milliseconds each. */
export const filmOf = (milliseconds: number): Film => {
  const frames: Uint8Array[] = []
  let size: PictureSize | undefined
  return {
    add: (picture) => {
      size ??= picture
      frames.push(compressed(picture))
    },
    file: () => {
      if (size === undefined) return new Uint8Array()
      const { width, height } = size
      let sequence = 0
      const chunks = frames.flatMap((data, i) => {
        const control = bytesOf(26, (v) => {
          for (const [at, x] of [sequence++, width, height].entries()) v.setUint32(4 * at, x)
          v.setUint16(20, milliseconds)
          v.setUint16(22, 1000)
        })
        const number = (): Uint8Array => bytesOf(4, (v) => v.setUint32(0, sequence++))
        // The first is also what programs show that know no animations.
        const shown = i === 0 ? chunk("IDAT", data) : chunk("fdAT", joined([number(), data]))
        return [chunk("fcTL", control), shown]
      })
      const animation = bytesOf(8, (v) => v.setUint32(0, frames.length))
      return joined([SIGNATURE, header(size), chunk("acTL", animation), ...chunks, chunk("IEND", new Uint8Array())])
    }
  }
}

const bytesOf = (length: number, write: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(length)
  write(new DataView(bytes.buffer))
  return bytes
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

const header = ({ width, height }: PictureSize): Uint8Array =>
  chunk(
    "IHDR",
    bytesOf(13, (v) => {
      v.setUint32(0, width)
      v.setUint32(4, height)
      v.setUint8(8, DEPTH)
      v.setUint8(9, TRUECOLOUR)
    })
  )

/** Length, type, data, and the check sum of the latter two. */
const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const body = joined([new TextEncoder().encode(type), data])
  return joined([bytesOf(4, (v) => v.setUint32(0, data.length)), body, bytesOf(4, (v) => v.setUint32(0, crc32(body)))])
}

/** Filters of a row by their numbers: as it is, less the pixel to the left, less the pixel above. */
const FILTERS = 3

/** Each row by the filter that leaves the smallest numbers, as the standard advises. */
const compressed = ({ width, height, rgb }: Picture): Uint8Array => {
  const length = CHANNELS * width
  const out = new Uint8Array((length + 1) * height)
  const tried = Array.from({ length: FILTERS }, () => new Uint8Array(length))
  for (let y = 0; y < height; y++) {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    for (const [filter, row] of tried.entries()) {
      let sum = 0
      for (let i = 0; i < length; i++) {
        const at = length * y + i
        const from = filter === 1 && i >= CHANNELS ? rgb[at - CHANNELS]! : filter === 2 && y > 0 ? rgb[at - length]! : 0
        row[i] = rgb[at]! - from
        sum += Math.min(row[i]!, 256 - row[i]!)
      }
      if (sum < least) [best, least] = [filter, sum]
    }
    out[(length + 1) * y] = best
    out.set(tried[best]!, (length + 1) * y + 1)
  }
  return deflateSync(out)
}
