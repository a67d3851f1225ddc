/** The few file operations a store needs, on disk or in memory. */
import { readdir } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Effect } from "effect"
import { reasonOf } from "../../../core/service/file_error.ts"
import { isRunStoreError, type RunStoreError, runStoreError } from "../../../core/service/run_store.ts"
import { isBelow, leavesBy } from "../../io/confined.ts"
import { codeOf, type Disk, disk, replaceEntry, syncEntry, syncFolder } from "../../io/disk.ts"
import { sizedRead } from "./sized_read.ts"

/** A folder of files by relative path; a path that leads out of it is refused as damaged. */
export interface Files {
  /**
   * Replaces the file in one step: readers see the old bytes or the new ones, never a part. When it returns, a power cut
   * takes away neither the file nor anything that was written, appended or removed before.
   */
  readonly write: (path: string, bytes: Uint8Array) => Effect.Effect<void, RunStoreError>
  /** Lasts from the next `write` on. */
  readonly append: (path: string, text: string) => Effect.Effect<void, RunStoreError>
  /** What is no file, or larger than `largest` bytes, is refused as damaged and not read. */
  readonly read: (path: string, largest?: number) => Effect.Effect<Uint8Array, RunStoreError>
  /** Removes the file or folder, if there is one. Lasts from the next `write` on. */
  readonly remove: (path: string) => Effect.Effect<void, RunStoreError>
  /** Names in a folder below, or in the folder itself (the empty path); none where it is not there. */
  readonly list: (path: string) => Effect.Effect<readonly Entry[], RunStoreError>
}

export interface Entry {
  readonly name: string
  /** A folder itself, not a link to one, with a name that a path may have. */
  readonly folder: boolean
}

/** Files below a directory of this machine, which is there. */
export const diskFiles = (root: string, on: Disk = disk): Files => {
  const flush = flushing(on)
  const at = <A>(doing: Doing, path: string, operation: (file: string) => Promise<A>) =>
    Effect.andThen(
      attempt(doing, join(root, path), () => leavesBy(root, path)),
      (to) =>
        to === undefined ? attempt(doing, join(root, path), () => operation(join(root, path))) : outside(root, path, to)
    )
  return {
    write: (path, bytes) =>
      at("write", path, async (file) => {
        // Before the file can be seen: what it tells of is there whenever it is.
        await flush.now()
        await withFolders(root, path, on, () => replaceEntry(file, bytes, on))
        flush.folder(dirname(file))
        await flush.now()
      }),
    append: (path, text) =>
      at("write", path, async (file) => {
        flush.file(file)
        flush.folder(dirname(file))
        const opened = await withFolders(root, path, on, () => on.open(file, "a"))
        try {
          await opened.writeFile(text)
        } finally {
          await opened.close()
        }
      }),
    read: (path, largest) => at("read", path, (file) => sizedRead(file, largest)),
    remove: (path) =>
      at("write", path, async (file) => {
        flush.folder(dirname(file))
        await removeAll(file, on)
      }),
    list: (path) =>
      path === "" ? attempt("read", root, () => listing(root)) : at("read", path, (folder) => listing(folder))
  }
}

/** What is to be on the disk before anything else is written. One flush at a time: who waits for one has all flushed. */
const flushing = (on: Disk) => {
  const waiting = new Map<string, typeof syncEntry>()
  let last: Promise<void> = Promise.resolve()
  const once = async () => {
    for (const [path, sync] of [...waiting]) {
      waiting.delete(path)
      try {
        await sync(path, on)
      } catch (cause) {
        // Removed since: nothing of it is to last.
        if (codeOf(cause) === "ENOENT") continue
        waiting.set(path, sync)
        throw cause
      }
    }
  }
  return {
    file: (path: string): void => void waiting.set(path, syncEntry),
    folder: (path: string): void => void waiting.set(path, syncFolder),
    now: (): Promise<void> => (last = last.catch(() => undefined).then(once))
  }
}

/** Does it; where a folder on the way is not there yet, makes those below `root`, and never `root` itself. */
const withFolders = async <A>(root: string, path: string, on: Disk, operation: () => Promise<A>): Promise<A> => {
  try {
    return await operation()
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT" || dirname(path) === ".") throw cause
  }
  let folder = root
  for (const name of dirname(path).split("/")) {
    const around = folder
    folder = join(folder, name)
    try {
      await on.mkdir(folder)
    } catch (cause) {
      if (codeOf(cause) !== "EEXIST") throw cause
      continue
    }
    await syncFolder(around, on)
  }
  return operation()
}

const listing = async (path: string): Promise<readonly Entry[]> => {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.map((e) => ({ name: e.name, folder: e.isDirectory() && isBelow(e.name) }))
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return []
    throw cause
  }
}

/** A file, or a folder with all that is in it; no link is followed. */
const removeAll = async (path: string, on: Disk): Promise<void> => {
  const around = await listing(dirname(path))
  const found = around.find((e) => e.name === basename(path))
  if (found === undefined) return
  if (!found.folder) return on.unlink(path)
  for (const { name } of await listing(path)) await removeAll(join(path, name), on)
  await on.rmdir(path)
}

/** Files in a map, for library use and tests. */
export const memoryFiles = (map: Map<string, Uint8Array>): Files => ({
  write: (path, bytes) => Effect.sync(() => void map.set(path, bytes)),
  append: (path, text) =>
    Effect.sync(() => {
      const before = new TextDecoder().decode(map.get(path) ?? new Uint8Array())
      map.set(path, new TextEncoder().encode(before + text))
    }),
  read: (path) => {
    const bytes = map.get(path)
    return bytes === undefined ? Effect.fail(refused("read", path, { code: "ENOENT" })) : Effect.succeed(bytes)
  },
  remove: (path) =>
    Effect.sync(() => {
      for (const name of [...map.keys()]) if (name === path || name.startsWith(`${path}/`)) map.delete(name)
    }),
  list: (path) =>
    Effect.sync(() => {
      const below = path === "" ? "" : `${path}/`
      const rests = [...map.keys()].filter((name) => name.startsWith(below)).map((name) => name.slice(below.length))
      const folders = new Set(
        rests.filter((rest) => rest.includes("/")).map((rest) => rest.slice(0, rest.indexOf("/")))
      )
      return [
        ...[...folders].map((name) => ({ name, folder: true })),
        ...rests.filter((rest) => !rest.includes("/")).map((name) => ({ name, folder: false }))
      ]
    })
})

type Doing = "read" | "write"

/** Runs a file operation to its end even when the fiber is interrupted: no half-written file is left behind. */
const attempt = <A>(doing: Doing, path: string, operation: () => Promise<A>): Effect.Effect<A, RunStoreError> =>
  Effect.uninterruptible(
    Effect.tryPromise({ try: operation, catch: (e) => (isRunStoreError(e) ? e : refused(doing, path, e)) })
  )

/** The refusal of a path that leads out of the directory. */
export const outside = (root: string, path: string, to: string): Effect.Effect<never, RunStoreError> => {
  const want = "a path within the run directory"
  const fix = "the directory was changed after the run: use none that you do not trust"
  return Effect.fail(runStoreError({ reason: "damaged", path: `${root}/${path}`, want, got: to, fix }))
}

const noRoom = new Set(["ENOSPC", "EDQUOT", "EFBIG"])

/** What the operating system's refusal means for a run. */
export const refused = (doing: Doing, path: string, cause: unknown): RunStoreError => {
  const code = codeOf(cause)
  const got = reasonOf(cause)
  if (doing === "read") {
    if (code === "ENOENT")
      return runStoreError({ reason: "missing", path, want: "an existing file", got: "nothing there" })
    const fix = code === "EACCES" || code === "EPERM" ? "give yourself the permission to read it" : ""
    return runStoreError({ reason: "not-readable", path, want: "something that can be read", got, fix })
  }
  if (code === "ENOENT") {
    const want = "the folder that the run writes to"
    const fix = "run again if it was moved or removed meanwhile, else choose another folder with --out"
    return runStoreError({ reason: "not-writable", path, want, got: "nothing there", fix })
  }
  const fix = noRoom.has(code ?? "")
    ? "make room, then go on with --resume, or choose another folder with --out"
    : "choose another folder with --out"
  return runStoreError({ reason: "not-writable", path, want: "a folder that can be written", got, fix })
}
