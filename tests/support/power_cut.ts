/**
 * What a power cut may leave of what a program wrote, by POSIX: a disk that records each call, and the states that are
 * possible when it ends after any of them.
 *
 * What was flushed is there. Of the rest anything may be there: of a file's bytes since its last flush a part, or zeros in
 * their place; of a folder's changes since its last flush any, each as a whole (a rename is one change). A new file's
 * name is its folder's, not its own: to flush the file does not keep the name.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import type { Disk, OpenFile } from "../../plugins/io/disk.ts"

type Call =
  | { readonly call: "create"; readonly path: string; readonly file: number }
  | { readonly call: "write"; readonly file: number; readonly bytes: Uint8Array }
  | { readonly call: "sync"; readonly file: number }
  | { readonly call: "syncFolder"; readonly path: string }
  | { readonly call: "mkdir" | "unlink" | "rmdir"; readonly path: string }
  | { readonly call: "rename"; readonly from: string; readonly to: string }

export interface Recording {
  /** The disk, which does what it is told and keeps a record. */
  readonly disk: Disk
  readonly calls: readonly Call[]
}

/** Records what `inner` does below `root`. All files there were made by it, and flushed, before. */
export const recording = (inner: Disk, root: string, before: Tree = emptyTree()): Recording => {
  const calls: Call[] = []
  const files = new Map<string, number>(before.files)
  let made = Math.max(-1, ...files.values()) + 1
  const at = (path: string) => relative(root, path)
  const done = async <A>(operation: Promise<A>, ...call: readonly Call[]): Promise<A> => {
    const result = await operation
    calls.push(...call)
    return result
  }
  const open = async (path: string, flags: string): Promise<OpenFile> => {
    const opened = await inner.open(path, flags)
    const isNew = flags !== "r" && !files.has(at(path))
    if (isNew) {
      files.set(at(path), made)
      calls.push({ call: "create", path: at(path), file: made++ })
    }
    const file = files.get(at(path))
    return {
      writeFile: (data) => {
        const bytes = typeof data === "string" ? new TextEncoder().encode(data) : Uint8Array.from(data)
        if (file === undefined) throw new Error(`a write to a folder: ${path}`)
        return done(opened.writeFile(data), { call: "write", file, bytes })
      },
      chmod: (mode) => opened.chmod(mode),
      sync: () =>
        done(opened.sync(), file === undefined ? { call: "syncFolder", path: at(path) } : { call: "sync", file }),
      close: () => opened.close()
    }
  }
  const disk: Disk = {
    open,
    mkdir: (path) => done(inner.mkdir(path), { call: "mkdir", path: at(path) }),
    unlink: (path) =>
      done(inner.unlink(path), { call: "unlink", path: at(path) }).then(() => void files.delete(at(path))),
    rmdir: (path) => done(inner.rmdir(path), { call: "rmdir", path: at(path) }),
    rename: async (from, to) => {
      await done(inner.rename(from, to), { call: "rename", from: at(from), to: at(to) })
      const file = files.get(at(from))
      files.delete(at(from))
      if (file !== undefined) files.set(at(to), file)
    }
  }
  return { disk, calls }
}

/** How much of what was not flushed a power cut leaves; `random` gives numbers in [0, 1). */
export interface Luck {
  /** Of the bytes of a file: how many, and whether they are zeros. */
  readonly bytes: (length: number) => { readonly length: number; readonly zeros: boolean }
  /** Whether a change of a folder is there. */
  readonly change: () => boolean
}

export const lucks = (random: () => number): Readonly<Record<string, Luck>> => ({
  "all that was done": { bytes: (length) => ({ length, zeros: false }), change: () => true },
  "only what was flushed": { bytes: () => ({ length: 0, zeros: false }), change: () => false },
  "names without bytes": { bytes: () => ({ length: 0, zeros: false }), change: () => true },
  "names with zeros": { bytes: (length) => ({ length, zeros: true }), change: () => true },
  "any part": {
    bytes: (length) => ({ length: Math.floor(random() * (length + 1)), zeros: random() < 0.25 }),
    change: () => random() < 0.5
  }
})

/** Files by path, with their numbers and bytes, and folders. */
export interface Tree {
  readonly files: ReadonlyMap<string, number>
  readonly folders: ReadonlySet<string>
  readonly bytes: ReadonlyMap<number, Uint8Array>
}

export const emptyTree = (): Tree => ({ files: new Map(), folders: new Set(), bytes: new Map() })

/** An entry: a file's number, a folder, or nothing any more. */
type Change = readonly (readonly [path: string, entry: number | "folder" | undefined])[]

/** The tree that a power cut after the first `count` calls leaves of `before`. */
export const afterCut = (before: Tree, calls: readonly Call[], count: number, luck: Luck): Tree => {
  const entries = new Map<string, number | "folder">([
    ...[...before.folders].map((path) => [path, "folder"] as const),
    ...before.files
  ])
  const flushed = new Map([...before.bytes].map(([file, bytes]) => [file, [bytes]]))
  const waiting = new Map<number, Uint8Array[]>()
  const changes = new Map<string, Change[]>()
  const change = (...made: Change) => {
    const folder = dirname(made[0]![0])
    changes.set(folder, [...(changes.get(folder) ?? []), made])
  }
  const apply = (made: Change) => {
    for (const [path, entry] of made) {
      if (entries.get(path) === "folder" && entry === undefined)
        for (const below of [...entries.keys()]) if (below.startsWith(`${path}/`)) entries.delete(below)
      if (entry === undefined) entries.delete(path)
      else entries.set(path, entry)
    }
  }
  // What a folder holds now, flushed or not, is what later renames move.
  const now = new Map(entries)
  for (const c of calls.slice(0, count)) {
    if (c.call === "create") change([c.path, c.file])
    else if (c.call === "mkdir") change([c.path, "folder"])
    else if (c.call === "unlink" || c.call === "rmdir") change([c.path, undefined])
    else if (c.call === "rename") change([c.to, now.get(c.from)], [c.from, undefined])
    else if (c.call === "write") waiting.set(c.file, [...(waiting.get(c.file) ?? []), c.bytes])
    else if (c.call === "sync") {
      flushed.set(c.file, [...(flushed.get(c.file) ?? []), ...(waiting.get(c.file) ?? [])])
      waiting.delete(c.file)
    } else {
      const folder = c.path === "" ? "." : c.path
      changes.get(folder)?.forEach(apply)
      changes.delete(folder)
    }
    if (c.call === "create") now.set(c.path, c.file)
    if (c.call === "mkdir") now.set(c.path, "folder")
    if (c.call === "unlink" || c.call === "rmdir") now.delete(c.path)
    if (c.call === "rename") {
      const moved = now.get(c.from)
      now.delete(c.from)
      if (moved !== undefined) now.set(c.to, moved)
    }
  }
  for (const list of changes.values()) for (const made of list) if (luck.change()) apply(made)
  const bytes = new Map<number, Uint8Array>()
  for (const entry of entries.values()) {
    if (entry === "folder") continue
    const rest = concat(waiting.get(entry) ?? [])
    const { length, zeros } = luck.bytes(rest.length)
    const left = zeros ? new Uint8Array(length) : rest.subarray(0, length)
    bytes.set(entry, concat([...(flushed.get(entry) ?? []), left]))
  }
  // A name below a folder that is not there is not there.
  const isThere = (path: string): boolean => path === "." || (entries.get(path) === "folder" && isThere(dirname(path)))
  const there = [...entries].filter(([path]) => isThere(dirname(path)))
  return {
    files: new Map(there.flatMap(([path, entry]) => (entry === "folder" ? [] : [[path, entry] as const]))),
    folders: new Set(there.flatMap(([path, entry]) => (entry === "folder" ? [path] : []))),
    bytes
  }
}

/** Makes the tree below `root`. */
export const write = (tree: Tree, root: string): void => {
  mkdirSync(root, { recursive: true })
  for (const folder of [...tree.folders].sort()) mkdirSync(join(root, folder))
  for (const [path, file] of tree.files) writeFileSync(join(root, path), tree.bytes.get(file) ?? new Uint8Array())
}

/** One text for equal trees. */
export const fingerprint = (tree: Tree): string =>
  JSON.stringify([
    [...tree.folders].sort(),
    [...tree.files].sort().map(([path, file]) => [path, Buffer.from(tree.bytes.get(file) ?? []).toString("base64")])
  ])

const concat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))
