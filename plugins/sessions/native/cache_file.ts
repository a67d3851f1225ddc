/**
 * A library as a file that can be trusted to be whole and the one that its name says: its bytes, then a seal of the hash
 * of name and bytes, their number and a magic word. One file and not two, so that one rename replaces both; loaders do not
 * look behind a library's end. The name holds what the library was made of: under another's name it would compute
 * something else, on memory laid out for that.
 */
import { createHash } from "node:crypto"
import { open, readFile } from "node:fs/promises"
import { basename } from "node:path"
import { type Disk, disk, replaceEntry } from "../../io/disk.ts"

/** How files are sealed; what was sealed otherwise is looked for under other names. */
export const SEAL = "PGEXLIB2"

const MAGIC = Buffer.from(SEAL)

/** SHA-256, length as 64 bits with the low byte first, magic. */
const SEAL_BYTES = 32 + 8 + MAGIC.length

/** Whether the file is whole: cut, changed, renamed and foreign files are not. Throws where it cannot be read. */
export const isWhole = async (path: string): Promise<boolean> => {
  const file = await readFile(path)
  const length = file.length - SEAL_BYTES
  return length > 0 && file.subarray(length).equals(sealOf(path, file.subarray(0, length)))
}

/** A new file is this user's alone from its first byte on: code will be loaded from it. */
const ours: Disk = { ...disk, open: (path, flags) => open(path, flags, 0o600) }

/** Replaces the file by the bytes with their seal, in one step. */
export const writeSealed = (path: string, bytes: Uint8Array): Promise<void> =>
  replaceEntry(path, Buffer.concat([bytes, sealOf(path, bytes)]), ours)

const sealOf = (path: string, bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([
    createHash("sha256")
      .update(`${basename(path)}\n`)
      .update(bytes)
      .digest(),
    length,
    MAGIC
  ])
}
