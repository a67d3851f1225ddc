/** The folder where compiled libraries stay between runs. What is loaded from it is code, so it must be ours alone. */
import { mkdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { shown } from "../../../core/text/shown.ts"
import { cacheFolder as userCache } from "../../io/user.ts"
import { attempt, type NativeError, nativeError } from "./failure.ts"
import type { Environment } from "./process.ts"

/** Names the cache in messages. */
const THE_CACHE = "use the cache of compiled plans"

/** What helps where a folder does not serve. */
export const otherFolder = "set PGEX_CACHE to another folder"

const MB = 1_000_000

/**
 * The plans' part of the user's cache folder.
 *
 * - Errors: `NativeError` where there is no home (Deno without its permission).
 */
export const cacheFolder = (environment: Environment): Effect.Effect<string, NativeError> =>
  attempt(THE_CACHE, () => join(userCache(environment), "native"))

/**
 * Most bytes the cache may hold: `PGEX_CACHE_LIMIT`, in bytes or with a unit (`500MB`), default 256 MB.
 *
 * - Errors: `NativeError` with reason `bad-setting`.
 */
export const cacheLimit = (environment: Environment): Effect.Effect<number, NativeError> => {
  const asked = environment.PGEX_CACHE_LIMIT?.trim() ?? ""
  if (asked === "") return Effect.succeed(256 * MB)
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(asked) ?? []
  if (digits === undefined) {
    return Effect.fail(
      nativeError({
        reason: "bad-setting",
        doing: "read PGEX_CACHE_LIMIT",
        want: "a number of bytes, or one with KB, MB or GB",
        got: shown(asked),
        fix: "write for example PGEX_CACHE_LIMIT=256MB"
      })
    )
  }
  return Effect.succeed(Number(digits) * 1000 ** " kmg".indexOf(unit.toLowerCase() || " "))
}

/**
 * Makes the folder where it is missing, and refuses it where others could put code into it.
 *
 * - Errors: `NativeError`: it cannot be made, or is not ours alone.
 */
export const openCache = Effect.fn("native.openCache")(function* (environment: Environment) {
  const folder = yield* cacheFolder(environment)
  yield* attempt(`${THE_CACHE} ${folder}`, () => mkdir(folder, { recursive: true, mode: 0o700 }), otherFolder)
  yield* trust(folder)
  return folder
})

/**
 * Whether a folder is this user's alone, as far as the system knows users.
 *
 * - Errors: `NativeError`: it is not, or cannot be looked at.
 */
export const trust = Effect.fn("native.trustCache")(function* (folder: string) {
  const doing = `${THE_CACHE} ${folder}`
  const { uid, mode } = yield* attempt(doing, () => stat(folder), otherFolder)
  if (process.platform === "win32") return
  const self = yield* attempt(doing, () => process.getuid?.(), otherFolder)
  const writers = (mode & 0o002) !== 0 ? "everybody" : (mode & 0o020) !== 0 ? "its group" : undefined
  const got = uid !== self ? `one of user ${uid}` : writers === undefined ? undefined : `one that ${writers} can write`
  if (got === undefined) return
  return yield* Effect.fail(
    nativeError({
      reason: "system",
      doing,
      want: "a folder that only you can write, as code is loaded from it",
      got,
      fix: `mend its owner and mode, or ${otherFolder}`
    })
  )
})
