/** The runs of a folder, found again and again; a request names one of them, and never a path. */
import { resolve } from "node:path"
import { Effect } from "effect"
import { eachRun } from "../sweeps/internal.ts"
import { type Beginning, beginningOf, type Told, type WatchedRun, watchedRun } from "./watched_run.ts"

/** A run in the list. */
export interface ListedRun extends Beginning {
  readonly name: string
  readonly path: string
  readonly told: Told
}

export interface WatchedFolder {
  /** All runs that there are now, the last begun first. */
  readonly list: () => Promise<readonly ListedRun[]>
  /** The run of that name, where the list has it; read up to now. */
  readonly run: (name: string) => Promise<OpenRun | undefined>
}

/** A run that is looked at. */
export interface OpenRun extends ListedRun {
  readonly watched: WatchedRun
}

/** Runs whose numbers are kept in memory, those that were looked at last. */
const MOST_OPEN = 8

/** Folders are gone through anew after so many milliseconds. */
const FIND_EVERY = 2000

/** Files of so many runs are looked at at a time. */
const AT_ONCE = 16

export const watchedFolder = (folder: string, clock: () => number): WatchedFolder => {
  const root = resolve(folder)
  const entries = new Map<string, Entry>()
  const open = new Map<string, WatchedRun>()
  let foundAt = Number.NEGATIVE_INFINITY

  const find = async (): Promise<void> => {
    if (clock() - foundAt < FIND_EVERY) return
    foundAt = clock()
    const there = new Map<string, string>()
    await Effect.runPromise(
      eachRun(root, ({ path, name }) => Effect.sync(() => void there.set(name === "" ? path : name, path)))
    )
    for (const name of entries.keys()) if (!there.has(name)) entries.delete(name)
    for (const [name, path] of there) {
      // Only what it tells: its numbers are read when somebody looks.
      if (!entries.has(name)) entries.set(name, { name, path, trail: watchedRun(path, "trail"), beginning: undefined })
    }
  }

  return {
    list: async () => {
      await find()
      const all = [...entries.values()]
      for (let from = 0; from < all.length; from += AT_ONCE)
        await Promise.all(all.slice(from, from + AT_ONCE).map(refreshed))
      return all.map(listed).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    },
    run: async (name) => {
      if (!entries.has(name)) await find()
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      const watched = open.get(name) ?? watchedRun(entry.path)
      // The last looked at is the last to go.
      open.delete(name)
      open.set(name, watched)
      for (const other of open.keys()) if (open.size > MOST_OPEN) open.delete(other)
      await Promise.all([watched.refresh(), refreshed(entry)])
      return { ...listed(entry), told: watched.told(), watched }
    }
  }
}

interface Entry {
  readonly name: string
  readonly path: string
  readonly trail: WatchedRun
  beginning: Beginning | undefined
}

const refreshed = async (entry: Entry): Promise<void> => {
  await entry.trail.refresh()
  entry.beginning ??= await beginningOf(entry.path).catch(() => undefined)
}

const listed = ({ name, path, trail, beginning }: Entry): ListedRun => ({
  name,
  path,
  told: trail.told(),
  startedAt: beginning?.startedAt ?? "",
  preset: beginning?.preset ?? "",
  seed: beginning?.seed ?? ""
})
