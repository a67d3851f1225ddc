/** The few file operations a store needs, on disk or in memory. */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { RunStoreError } from "../../core/pipeline/run_store.ts"

/** A flat folder of files by relative path. */
export interface Files {
  /** Replaces the file in one step: readers see the old bytes or the new ones, never a part. */
  readonly write: (path: string, bytes: Uint8Array) => Effect.Effect<void, RunStoreError>
  readonly append: (path: string, text: string) => Effect.Effect<void, RunStoreError>
  readonly read: (path: string) => Effect.Effect<Uint8Array, RunStoreError>
  /** Removes the file or folder, if there is one. */
  readonly remove: (path: string) => Effect.Effect<void, RunStoreError>
}

/** Files below a directory of this machine. */
export const diskFiles = (root: string): Files => ({
  write: (path, bytes) => attempt(join(root, path), () => writeAtomically(join(root, path), bytes)),
  append: (path, text) =>
    attempt(join(root, path), async () => {
      const file = await open(join(root, path), "a")
      try {
        await file.writeFile(text)
      } finally {
        await file.close()
      }
    }),
  read: (path) => attempt(join(root, path), () => readFile(join(root, path))),
  remove: (path) => attempt(join(root, path), () => rm(join(root, path), { recursive: true, force: true }))
})

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
