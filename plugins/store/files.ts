/** The few file operations a store needs, on disk or in memory. */
import { mkdir, open, readFile, readlink, realpath, rename, rm } from "node:fs/promises"
import { dirname, isAbsolute, join, relative, sep } from "node:path"
import { Effect } from "effect"
import { RunStoreError } from "../../core/pipeline/run_store.ts"

/** A flat folder of files by relative path; a path that leads out of it is refused as damaged. */
export interface Files {
  /** Replaces the file in one step: readers see the old bytes or the new ones, never a part. */
  readonly write: (path: string, bytes: Uint8Array) => Effect.Effect<void, RunStoreError>
  readonly append: (path: string, text: string) => Effect.Effect<void, RunStoreError>
  readonly read: (path: string) => Effect.Effect<Uint8Array, RunStoreError>
  /** Removes the file or folder, if there is one. */
  readonly remove: (path: string) => Effect.Effect<void, RunStoreError>
}

/** Files below a directory of this machine. */
export const diskFiles = (root: string): Files => {
  const at = <A>(path: string, operation: (file: string) => Promise<A>): Effect.Effect<A, RunStoreError> =>
    Effect.andThen(
      attempt(join(root, path), () => leavesBy(root, path)),
      (to) =>
        to === undefined ? attempt(join(root, path), () => operation(join(root, path))) : outside(root, path, to)
    )
  return {
    write: (path, bytes) => at(path, (file) => writeAtomically(file, bytes)),
    append: (path, text) =>
      at(path, async (name) => {
        const file = await open(name, "a")
        try {
          await file.writeFile(text)
        } finally {
          await file.close()
        }
      }),
    read: (path) => at(path, (file) => readFile(file)),
    remove: (path) => at(path, (file) => rm(file, { recursive: true, force: true }))
  }
}

/** Whether a path names a file below the folder that it counts from, as far as its text tells. */
export const isBelow = (path: string): boolean =>
  path !== "" &&
  !isAbsolute(path) &&
  !/\\|\0|^[A-Za-z]:/.test(path) &&
  path.split("/").every((part) => !/^\.{0,2}$/.test(part))

/** Where a path leads to outside of `root`, by its text or by a link on its way; what is not there yet leads nowhere. */
const leavesBy = async (root: string, path: string): Promise<string | undefined> => {
  if (!isBelow(path)) return path
  const real = await realpath(join(root, path)).catch(() => undefined)
  if (real === undefined) {
    const target = await readlink(join(root, path)).catch(() => undefined)
    if (target !== undefined) return target
    const around = dirname(path)
    return around === "." ? undefined : leavesBy(root, around)
  }
  const way = relative(await realpath(root), real)
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? real : undefined
}

const outside = (root: string, path: string, to: string): Effect.Effect<never, RunStoreError> => {
  const want = "a path within the run directory"
  const fix = "the directory was changed after the run: use none that you do not trust"
  return Effect.fail(new RunStoreError({ reason: "damaged", path: `${root}/${path}`, want, got: to, fix }))
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
    return bytes === undefined ? Effect.fail(refused(path, { code: "ENOENT" })) : Effect.succeed(bytes)
  },
  remove: (path) =>
    Effect.sync(() => {
      for (const name of [...map.keys()]) if (name === path || name.startsWith(`${path}/`)) map.delete(name)
    })
})

let writes = 0

/** Write beside, flush, rename; a crash at any moment leaves the old file or the new one. */
const writeAtomically = async (path: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${process.pid}.${writes++}.tmp`
  const file = await open(beside, "w")
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
}

/** Runs a file operation to its end even when the fiber is interrupted: no half-written file is left behind. */
const attempt = <A>(path: string, operation: () => Promise<A>): Effect.Effect<A, RunStoreError> =>
  Effect.uninterruptible(Effect.tryPromise({ try: operation, catch: (cause) => refused(path, cause) }))

/** What the operating system's refusal means for a run. */
export const refused = (path: string, cause: unknown): RunStoreError => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  if (code === "ENOENT") {
    return new RunStoreError({ reason: "missing", path, want: "an existing file", got: "nothing there", fix: "" })
  }
  const got = cause instanceof Error ? cause.message.replace(/^\w+: /, "").replace(/, \w+ '.*$/, "") : String(cause)
  const fix = "choose another folder with --out"
  return new RunStoreError({ reason: "not-writable", path, want: "a folder that can be written", got, fix })
}
