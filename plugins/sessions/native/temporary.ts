/** Where plans are compiled that no cache keeps: one folder a process, below that for temporary files, and gone with it. */
import { createHash } from "node:crypto"
import { lstatSync, readdirSync, readlinkSync, rmSync } from "node:fs"
import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises"
import { hostname, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { isMainThread } from "node:worker_threads"
import { Effect } from "effect"
import { attempt } from "./failure.ts"
import type { Environment } from "./process.ts"

/**
 * A new folder that only this user can enter, removed when the scope closes. It lies in the process's own, which goes with
 * the last of them, or with the process; one of a process that was killed goes when the next one makes its own.
 */
export const temporaryFolder = (environment: Environment) =>
  Effect.acquireRelease(
    attempt("make a temporary folder", () => make(environment.TMPDIR || tmpdir())),
    removeTemporary
  )

/** Removes it earlier. */
export const removeTemporary = (folder: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined)
    // Not where other plans are in it.
    await rmdir(dirname(folder)).catch(() => undefined)
  })

/** Folders for temporary files that this thread, or one of its workers, may have used. */
const used = new Set<string>()

/** Has the folder of this process removed when it ends, whichever thread made it; of use in the main thread. */
export const removeAtEnd = (environment: Environment = process.env): void => {
  const within = environment.TMPDIR || tmpdir()
  if (!isMainThread || used.has(within)) return
  if (used.size === 0) process.on("exit", removeUsed)
  used.add(within)
}

const removeUsed = (): void => {
  for (const within of used) sweep(within, (pid) => pid === process.pid)
}

/** How often a folder that another thread just removed is made again. */
const TRIES = 10

const make = async (within: string): Promise<string> => {
  removeAtEnd({ TMPDIR: within })
  for (let left = TRIES; ; left--) {
    const own = await ownFolder(within)
    try {
      return await mkdtemp(join(own, "plan-"))
    } catch (cause) {
      if (left === 0 || !hasCode(cause, "ENOENT")) throw cause
    }
  }
}

/** The process's folder, made where it is missing; another name where somebody else has taken its. */
const ownFolder = async (within: string): Promise<string> => {
  const own = join(within, `${PREFIX}${process.pid}-${numbering()}`)
  try {
    await mkdir(own, { mode: 0o700 })
    sweep(within, isDead)
    return own
  } catch (cause) {
    if (!hasCode(cause, "EEXIST")) throw cause
    return isOurs(own) ? own : await mkdtemp(`${own}-`)
  }
}

const PREFIX = "pgex-native-"

/** Whose numbers those of processes are: containers that share a folder number theirs alike. Eight hexadecimal digits. */
const numbering = (): string => {
  let space = ""
  try {
    space = readlinkSync("/proc/self/ns/pid")
  } catch {
    // Not Linux: one numbering for all.
  }
  return createHash("sha256").update(`${hostname()} ${space}`).digest("hex").slice(0, 8)
}

/** Removes the folders of this user's processes that are gone; never fails. */
const sweep = (within: string, isGone: (pid: number) => boolean): void => {
  try {
    const name = new RegExp(`^${PREFIX}(\\d+)-${numbering()}(-.*)?$`)
    for (const entry of readdirSync(within)) {
      const pid = Number(name.exec(entry)?.[1] ?? 0)
      const folder = join(within, entry)
      if (pid > 0 && isGone(pid) && isOurs(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  } catch {
    // The next process tries again.
  }
}

/** Whether it is a folder, no link to one, that this user made and nobody else can enter. */
const isOurs = (folder: string): boolean => {
  try {
    const found = lstatSync(folder)
    if (!found.isDirectory()) return false
    return process.platform === "win32" || (found.uid === process.getuid?.() && (found.mode & 0o077) === 0)
  } catch {
    return false
  }
}

const isDead = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch (cause) {
    return hasCode(cause, "ESRCH")
  }
}

const hasCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && "code" in cause && cause.code === code
