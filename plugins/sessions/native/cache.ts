/** Compiled libraries by the hash of everything they come from: taken, put, thrown away. */
import { createHash } from "node:crypto"
import { readFile, unlink, utimes } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { isWhole, SEAL, writeSealed } from "./cache_file.ts"
import { otherFolder } from "./cache_folder.ts"
import { prune } from "./cache_usage.ts"
import { type Compiler, linkFlags } from "./compiler.ts"
import { attempt, type NativeError } from "./failure.ts"

/**
 * The name of a library in the cache. It holds what the CPU can do, so that a library of another CPU is never found,
 * on a home folder that machines share for example.
 */
export const libraryKey = (sources: readonly string[], compiler: Compiler, flags: readonly string[]): string => {
  const { version, target, cpu } = compiler
  return createHash("sha256")
    .update(JSON.stringify([SEAL, sources, version, target, cpu, flags, linkFlags]))
    .digest("hex")
}

/** What the cache has under a key. A damaged file is removed, and said. */
export interface Recalled {
  readonly path: string | undefined
  readonly damaged: boolean
}

/** Looks for a whole library. Never fails: what cannot be read is not there. */
export const recall = (folder: string, key: string): Effect.Effect<Recalled> =>
  Effect.promise(async () => {
    const path = libraryPath(folder, key)
    try {
      if (await isWhole(path)) {
        const now = new Date()
        // The time of last use decides who goes first; a folder we may only read has no such order.
        await utimes(path, now, now).catch(() => undefined)
        return { path, damaged: false }
      }
      await unlink(path).catch(() => undefined)
      return { path: undefined, damaged: true }
    } catch {
      return { path: undefined, damaged: false }
    }
  })

/**
 * Puts a compiled library into the cache and the least recently used ones out of it; gives its path there.
 *
 * - Errors: `NativeError` where the folder is full, read-only, or larger than its limit by this library alone.
 */
export const keep = (
  folder: string,
  key: string,
  compiled: string,
  limit: number
): Effect.Effect<string, NativeError> => {
  const put = async () => {
    const bytes = await readFile(compiled)
    if (bytes.length > limit) throw new Error(`${bytes.length} bytes where PGEX_CACHE_LIMIT allows ${limit}`)
    const path = libraryPath(folder, key)
    try {
      await writeSealed(path, bytes)
    } catch (cause) {
      // Another process was first, and a system that does not replace a library in use said so.
      if (!(await isWhole(path).catch(() => false))) throw cause
    }
    await prune(folder, limit, path)
    return path
  }
  return Effect.uninterruptible(attempt(`keep a compiled plan in ${folder}`, put, otherFolder))
}

/** Takes a library out that turned out not to load here. */
export const forget = (path: string): Effect.Effect<void> => Effect.promise(() => unlink(path).catch(() => undefined))

const libraryPath = (folder: string, key: string): string => join(folder, `${key}.so`)
