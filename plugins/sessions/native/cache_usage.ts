/** How much the cache of compiled libraries holds, and how it gets smaller. */
import { readdir, stat, unlink } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { unfinished } from "../../io/disk.ts"
import { cacheFolder, cacheLimit } from "./cache_folder.ts"
import { attempt } from "./failure.ts"
import type { Environment } from "./process.ts"

/** What the cache holds, in bytes. */
export interface CacheUsage {
  readonly folder: string
  readonly files: number
  readonly bytes: number
  readonly limit: number
}

/** As a person reads it: `3 compiled plans, 0.1 MB of at most 256 MB`. */
export const describeUsage = ({ files, bytes, limit }: CacheUsage): string => {
  const mb = (x: number) => `${Number((x / 1e6).toFixed(1))} MB`
  return `${files} compiled ${files === 1 ? "plan" : "plans"}, ${mb(bytes)} of at most ${mb(limit)}`
}

/** What the cache holds now; nothing where there is no folder yet. */
export const usage = Effect.fn("native.cacheUsage")(function* (environment: Environment) {
  const folder = yield* cacheFolder(environment)
  const limit = yield* cacheLimit(environment)
  const entries = yield* attempt(`look into the cache ${folder}`, () => list(folder))
  const found: CacheUsage = { folder, files: entries.length, bytes: sum(entries), limit }
  return found
})

/** Removes every library; other files in the folder are not ours and stay. Says what was there. */
export const clear = Effect.fn("native.clearCache")(function* (environment: Environment) {
  const before = yield* usage(environment)
  yield* attempt(`clear the cache ${before.folder}`, async () => {
    for (const entry of await list(before.folder)) await unlink(entry.path)
  })
  return before
})

/** How long another process may take over one file before it is taken for dead, in ms. */
const ABANDONED = 3_600_000

/** Removes the least recently used libraries until the rest fits, but never `spared`; and what dead processes left. */
export const prune = async (folder: string, limit: number, spared: string): Promise<void> => {
  const entries = await list(folder)
  const now = Date.now()
  let bytes = sum(entries)
  for (const entry of entries.toSorted((a, b) => a.used - b.used)) {
    const abandoned = unfinished.test(entry.path) && now - entry.used > ABANDONED
    const excess = bytes > limit && entry.path !== spared && !unfinished.test(entry.path)
    if (!abandoned && !excess) continue
    await unlink(entry.path).catch(() => undefined)
    bytes -= entry.bytes
  }
}

interface Entry {
  readonly path: string
  readonly bytes: number
  /** When it was last used or written, in ms. */
  readonly used: number
}

/** Files of ours by their names: a hash, and the ending of a library or of an unfinished one. */
const OURS = /^[0-9a-f]{64}\.so(\..*\.tmp)?$/

const list = async (folder: string): Promise<Entry[]> => {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return []
    throw cause
  })
  const entries: Entry[] = []
  for (const name of names.filter((n) => OURS.test(n))) {
    const path = join(folder, name)
    // Another process may remove it meanwhile.
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined) entries.push({ path, bytes: found.size, used: found.mtimeMs })
  }
  return entries
}

const sum = (entries: readonly Entry[]): number => entries.reduce((total, entry) => total + entry.bytes, 0)
