/** Folders that are whole or not there: made beside their place, and moved to it in one step. */
import { existsSync } from "node:fs"
import { mkdir, readdir, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Effect } from "effect"

/**
 * Makes a folder by `fill`, unless it is there: a part of one, left by a failure or a kill, is never taken for it. Of
 * two processes that make it at once the first wins, and both have it.
 *
 * - Errors: those of `fill`; what `refuse` makes of what the operating system refuses.
 */
export const wholeFolder = <Failure, R>(
  folder: string,
  refuse: (cause: unknown) => Failure,
  fill: (part: string) => Effect.Effect<void, Failure, R>
): Effect.Effect<boolean, Failure, R> =>
  Effect.gen(function* () {
    const attempt = (act: () => Promise<unknown>) => Effect.tryPromise({ try: act, catch: refuse })
    if (existsSync(folder)) return false
    const part = `${folder}.part-${process.pid}`
    yield* attempt(() => sweep(folder))
    yield* attempt(() => mkdir(part, { recursive: true }))
    yield* fill(part).pipe(
      Effect.andThen(attempt(() => rename(part, folder).catch((e) => kept(folder, e)))),
      Effect.ensuring(Effect.promise(() => rm(part, { recursive: true, force: true }).catch(() => undefined)))
    )
    return true
  })
const kept = (folder: string, cause: unknown): void => {
  if (!existsSync(folder)) throw cause
}

/** Removes parts whose makers have ended. */
const sweep = async (folder: string): Promise<void> => {
  const start = `${basename(folder)}.part-`
  const names = await readdir(dirname(folder)).catch(() => [])
  for (const name of names) {
    if (!name.startsWith(start) || isRunning(Number(name.slice(start.length)))) continue
    await rm(join(dirname(folder), name), { recursive: true, force: true })
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return pid !== process.pid
  } catch {
    return false
  }
}
