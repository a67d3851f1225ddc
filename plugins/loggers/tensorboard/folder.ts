/** A folder of TensorBoard's with one event file of ours in it. */
import { existsSync } from "node:fs"
import { readdir, unlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { makeFolder, replaceEntry } from "../../io/disk.ts"
import type { LoggedRun, Logging } from "../../loading/mod.ts"
import { eventFileName } from "../places.ts"
import { rowFile } from "../row_file.ts"
import { eventFile } from "./events.ts"

const fileName = (seconds: string, n: number): string =>
  `events.out.tfevents.${seconds}.policygradex.${String(n).padStart(4, "0")}`

/** Goes on with the event file of the folder, or begins one. */
export const eventFolder = async (folder: string, run: Pick<LoggedRun, "name" | "startedAt">): Promise<Logging> => {
  await makeFolder(folder)
  const entries = await readdir(folder, { withFileTypes: true })
  const own = entries.flatMap((e) => (e.isFile() && eventFileName.test(e.name) ? [e.name] : [])).sort()
  const name = own.at(-1) ?? fileName(String(Math.floor(Date.now() / 1000)).padStart(10, "0"), 0)
  const logging = await rowFile({ path: join(folder, name), format: eventFile, replace: byNextFile }, run)
  // What the last took the place of when the run was stopped: of the same second. Another's are of others.
  for (const before of own)
    if (before < name && secondsOf(before) === secondsOf(name)) await unlink(join(folder, before))
  return logging
}

const secondsOf = (name: string): string => eventFileName.exec(name)?.[1] ?? ""

/** Under the next name, where one is there: whoever reads that has it open, and would never see another one of its name. */
const byNextFile = async (path: string, bytes: Uint8Array): Promise<string> => {
  if (!existsSync(path)) {
    await replaceEntry(path, bytes)
    return path
  }
  const [, seconds = "0", n = "0"] = eventFileName.exec(basename(path)) ?? []
  const next = join(dirname(path), fileName(seconds, Number(n) + 1))
  await replaceEntry(next, bytes)
  await unlink(path)
  return next
}
