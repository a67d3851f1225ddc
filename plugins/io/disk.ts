/** The system calls that change a disk, and the one way in which a file is replaced. */
import { randomBytes } from "node:crypto"
import {
  access,
  constants,
  lstat,
  mkdir,
  open,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
  unlink
} from "node:fs/promises"
import { dirname, resolve } from "node:path"

/** An open file or folder. */
export interface OpenFile {
  readonly writeFile: (data: Uint8Array | string) => Promise<void>
  readonly chmod: (mode: number) => Promise<void>
  /** Returns when what was written to the file, or the folder's list of names, is on the disk. */
  readonly sync: () => Promise<void>
  readonly close: () => Promise<void>
}

/** What changes a disk, call by call, so that the calls can be watched. Paths are absolute, or count from the working folder. */
export interface Disk {
  /** Flags as `fs.open` has them: `r`, `wx`, `a`. */
  readonly open: (path: string, flags: string) => Promise<OpenFile>
  readonly mkdir: (path: string) => Promise<void>
  readonly rename: (from: string, to: string) => Promise<void>
  readonly unlink: (path: string) => Promise<void>
  readonly rmdir: (path: string) => Promise<void>
}

/** This machine's. */
export const disk: Disk = { open, mkdir: (path) => mkdir(path), rename, unlink, rmdir }

/** What a file is called while it is being written: `NAME.PROCESS.RANDOM.tmp`. */
export const unfinished = /\.\d+\.[0-9a-f]+\.tmp$/

/**
 * Replaces the file in one step: written beside, flushed, renamed. Whoever reads it finds the old bytes or the new ones,
 * never a part, whatever stops the process; a failure leaves the old file and nothing beside it. Permissions stay.
 *
 * After a power cut the name may still be the old file's, until its folder is flushed (`syncFolder`).
 */
export const replaceEntry = async (path: string, bytes: Uint8Array | string, on: Disk = disk): Promise<void> => {
  const before = await lstat(path).catch(() => undefined)
  const beside = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`
  const file = await on.open(beside, "wx")
  try {
    try {
      if (before?.isFile() === true) await file.chmod(before.mode & 0o7777)
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await on.rename(beside, path)
  } catch (cause) {
    await on.unlink(beside).catch(() => undefined)
    throw cause
  }
}

/**
 * Writes a file that a person named, as `replaceEntry` does, and returns when it is on the disk for good. A link stays a
 * link: what it leads to is replaced. What is no file (`/dev/stdout`, a pipe) is written to as it is.
 */
export const replaceFile = async (path: string, bytes: Uint8Array | string, on: Disk = disk): Promise<void> => {
  const target = await endOf(path)
  const before = await stat(target).catch(() => undefined)
  if (before !== undefined && !before.isFile()) {
    const file = await on.open(target, "w")
    try {
      return await file.writeFile(bytes)
    } finally {
      await file.close()
    }
  }
  // A rename would replace what its owner protected.
  if (before !== undefined) await access(target, constants.W_OK)
  await replaceEntry(target, bytes, on)
  await syncFolder(dirname(target), on)
}

/** What a path leads to, there or not yet there. */
const endOf = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") throw cause
    const next = await readlink(path).catch(() => undefined)
    return next === undefined ? path : endOf(resolve(dirname(path), next))
  }
}

/** Makes the folder and those above it, to last. */
export const makeFolder = async (path: string, on: Disk = disk): Promise<void> => {
  const made = async (mayLackParent: boolean): Promise<void> => {
    try {
      await on.mkdir(path)
    } catch (cause) {
      const code = codeOf(cause)
      // Where a link leads nowhere there is something, and no folder.
      if (code === "EEXIST" && (await stat(path).catch(() => undefined))?.isDirectory() === true) return
      if (code !== "ENOENT" || !mayLackParent || dirname(path) === path) throw cause
      await makeFolder(dirname(path), on)
      // Once: some folders are there and take none.
      return made(false)
    }
    await syncFolder(dirname(path), on)
  }
  return made(true)
}

/** Returns when the bytes of a file, or the names in a folder, as they are now, are on the disk. */
export const syncEntry = async (path: string, on: Disk = disk): Promise<void> => {
  const entry = await on.open(path, "r")
  try {
    await entry.sync()
  } finally {
    await entry.close()
  }
}

/** Not every system can flush a folder; there its own order of writes must do. */
const cannotSync = new Set(["EINVAL", "ENOTSUP", "ENOSYS", "EPERM", "EACCES", "EISDIR", "EBADF"])

/** The same for folders, as far as the system can. */
export const syncFolder = async (path: string, on: Disk = disk): Promise<void> => {
  try {
    await syncEntry(path, on)
  } catch (cause) {
    if (!cannotSync.has(codeOf(cause) ?? "")) throw cause
  }
}

/** The operating system's name for what went wrong. */
export const codeOf = (cause: unknown): string | undefined =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined
