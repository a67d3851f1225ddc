/** Bytes of a part of a file, one piece after the other: as they stand there, or deflated. */
import type { FileHandle } from "node:fs/promises"
import { createInflateRaw } from "node:zlib"

/** Where a part of a file is. */
export interface FilePart {
  readonly at: number
  /** In the file. */
  readonly length: number
  readonly deflated?: boolean
  /** Bytes of it, unpacked, that come before what is wanted. */
  readonly skip?: number
}

/** Gives the next bytes; fewer at the end. */
export interface ByteReader {
  readonly take: (count: number) => Promise<Uint8Array>
  readonly close: () => void
}

/** Reads a part of an open file. */
export const byteReader = (file: FileHandle, { at, length, deflated, skip = 0 }: FilePart): ByteReader =>
  deflated === true ? inflating(plain(file, at, length), skip) : plain(file, at + skip, length - skip)

const plain = (file: FileHandle, at: number, length: number): ByteReader => {
  let done = 0
  return {
    take: async (count) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(count, length - done)))
      for (let got = 0; got < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, got, bytes.length - got, at + done + got)
        if (bytesRead === 0) return bytes.subarray(0, got)
        got += bytesRead
      }
      done += bytes.length
      return bytes
    },
    close: () => undefined
  }
}

/** Bytes of the file that are unpacked at a time. */
const PIECE = 2 ** 18

const inflating = (from: ByteReader, skip: number): ByteReader => {
  const inflate = createInflateRaw()
  const feed = async (): Promise<void> => {
    for (;;) {
      const piece = await from.take(PIECE)
      if (piece.length === 0) return void inflate.end()
      if (!inflate.write(piece)) await new Promise((resume) => inflate.once("drain", resume))
    }
  }
  // What goes wrong comes out of the stream.
  void feed().catch((cause: unknown) => inflate.destroy(cause instanceof Error ? cause : new Error(String(cause))))
  const pieces: AsyncIterator<Uint8Array> = inflate[Symbol.asyncIterator]()
  const held: Uint8Array[] = []
  let [length, left] = [0, skip]
  const take = async (count: number): Promise<Uint8Array> => {
    while (length < count) {
      const next = await pieces.next()
      if (next.done === true) break
      held.push(next.value)
      length += next.value.length
    }
    const out = new Uint8Array(Math.min(count, length))
    for (let at = 0; at < out.length; ) {
      const first = held[0]!
      const used = Math.min(first.length, out.length - at)
      out.set(first.subarray(0, used), at)
      at += used
      if (used === first.length) held.shift()
      else held[0] = first.subarray(used)
    }
    length -= out.length
    return out
  }
  return {
    take: async (count) => {
      if (left > 0) await take(left)
      left = 0
      return take(count)
    },
    close: () => void inflate.destroy()
  }
}
