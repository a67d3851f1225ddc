/**
 * TensorFlow's record files: records one after the other, each with its length and check sums.
 *
 *     uint64 length · masked CRC-32C of the length · bytes · masked CRC-32C of the bytes
 *
 * - Source: tensorflow.org/tutorials/load_data/tfrecord.
 */
import { joined } from "../../io/protobuf.ts"
import { crc32c, masked } from "./crc32c.ts"

const LENGTH = 8
const SUM = 4

/** Bytes as one record. */
export const recordOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const length = new Uint8Array(LENGTH)
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true)
  return joined([length, sumOf(length), bytes, sumOf(bytes)])
}

/** A record of a file: where it begins and ends, and what it holds. */
export interface RecordAt {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

/** The whole records from the beginning; what follows them is cut short, or no record. */
export const recordsIn = (file: Uint8Array): readonly RecordAt[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const found: RecordAt[] = []
  for (let from = 0; from + LENGTH + SUM <= file.length; ) {
    const head = file.subarray(from, from + LENGTH)
    if (view.getUint32(from + LENGTH, true) !== masked(crc32c(head))) break
    const start = from + LENGTH + SUM
    const end = start + Number(view.getBigUint64(from, true))
    if (end + SUM > file.length) break
    const bytes = file.subarray(start, end)
    if (view.getUint32(end, true) !== masked(crc32c(bytes))) break
    found.push({ from, to: end + SUM, bytes })
    from = end + SUM
  }
  return found
}

const sumOf = (bytes: Uint8Array): Uint8Array => {
  const sum = new Uint8Array(SUM)
  new DataView(sum.buffer).setUint32(0, masked(crc32c(bytes)), true)
  return sum
}
