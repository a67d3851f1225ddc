/** Rows of a Minari dataset: an HDF5 file with a group for each episode. */
import { open as openFile } from "node:fs/promises"
import { basename, dirname } from "node:path"
import type { Dataset, Entity, Group, File as Hdf5File } from "h5wasm/node"
import { argumentError } from "../../../core/failure/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { suggestion } from "../../../core/text/choices.ts"
import { clipped } from "../../../core/text/printable.ts"
import type { RowChunk, RowColumn, RowSource } from "../../../pipeline/mod.ts"
import { floatsOf, isNumberArray } from "../../io/matrix/mod.ts"
import { optional } from "./optional.ts"
import { passOver } from "./stored.ts"

/** What an episode's arrays are called there, and here. An episode of T steps has T + 1 observations. */
const arrays = [
  ["observations", "observation"],
  ["actions", "action"],
  ["rewards", "reward"],
  ["terminations", "terminated"],
  ["truncations", "truncated"]
] as const

/**
 * The source of a dataset: a chunk an episode, each an environment of its own. `taskFrom` may be a path below an episode, as
 * `infos/goal`, whose first value tells the task. What is refused is thrown.
 *
 * - Source: Minari, minari/dataset/_storages/hdf5_storage.py.
 */
export const minariRows = async (path: string, taskFrom?: string): Promise<RowSource> => {
  const h5 = await optional("h5wasm", path, () => import("h5wasm/node"))
  await h5.ready
  // The library prints pages about what is none.
  if (!(await isHdf5(path))) throw refuse(path, "an HDF5 file", "bytes of another format")
  const open = (): Hdf5File => new h5.File(path, "r")
  const within = taskFrom?.includes("/") === true ? taskFrom : undefined
  const [columns, episodes] = inFile(open(), (file) => {
    const names = file
      .keys()
      .filter((name) => name.startsWith("episode_"))
      .toSorted((a, b) => place(a) - place(b))
    const first = names[0] === undefined ? null : file.get(names[0])
    if (first === null) throw refuse(path, "episodes of a Minari dataset (episode_0, …)", "none")
    return [columnsOf(path, first, within), names] as const
  })
  async function* chunks(wanted: readonly string[]): AsyncGenerator<RowChunk> {
    const file = open()
    try {
      for (const [i, name] of episodes.entries()) yield chunkOf(path, file, { name, place: i, within }, wanted)
    } finally {
      file.close()
    }
  }
  return { name: path, columns, read: (names) => passOver(path, () => chunks(names)) }
}

const refuse = (path: string, want: string, got: string, fix = "") =>
  argumentError({ doing: `read ${path}`, want, got, fix })

/** How such files begin. */
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

const isHdf5 = async (path: string): Promise<boolean> => {
  const file = await openFile(path, "r")
  try {
    const { buffer } = await file.read(new Uint8Array(SIGNATURE.length), 0, SIGNATURE.length, 0)
    return SIGNATURE.every((byte, i) => buffer[i] === byte)
  } finally {
    await file.close()
  }
}

const place = (episode: string): number => Number(episode.slice("episode_".length))

const inFile = <A>(file: Hdf5File, use: (file: Hdf5File) => A): A => {
  try {
    return use(file)
  } finally {
    file.close()
  }
}

const datasetAt = (path: string, episode: Entity | Group, name: string): Dataset => {
  const found = "get" in episode ? episode.get(name) : null
  if (found !== null && "shape" in found && "value" in found) return found
  const fix = name === "observations" && found !== null ? "dictionaries are not read: flatten observations first" : ""
  const near = found === null ? nearest(episode, name) : ""
  throw refuse(path, `an array ${clipped(name)} in each episode`, found === null ? "none" : "a group", fix || near)
}

/** What is in the same group. */
const nearest = (episode: Entity | Group, name: string): string => {
  const [folder, own] = name.includes("/") ? [dirname(name), basename(name)] : ["", name]
  const group = folder !== "" && "get" in episode ? episode.get(folder) : episode
  return group !== null && "keys" in group ? suggestion(own, group.keys()) : ""
}

const columnsOf = (path: string, episode: Entity | Group, within: string | undefined): readonly RowColumn[] => {
  const widthOf = (name: string): number =>
    (datasetAt(path, episode, name).shape ?? []).slice(1).reduce((a, b) => a * b, 1)
  return [
    ...arrays.map(([there, here]) => ({ name: here, width: widthOf(there) })),
    { name: "nextObservation", width: widthOf("observations") },
    { name: "environment", width: 1 },
    ...(within === undefined ? [] : [{ name: within, width: 1, text: true as const }])
  ]
}

const chunkOf = (
  path: string,
  file: Hdf5File,
  episode: { readonly name: string; readonly place: number; readonly within: string | undefined },
  wanted: readonly string[]
): RowChunk => {
  const group = file.get(episode.name)
  if (group === null) throw refuse(path, episode.name, "none")
  const count = datasetAt(path, group, "rewards").shape?.[0] ?? 0
  const numbers: Record<string, Floats> = {}
  for (const [there, here] of arrays) {
    if (wanted.includes(here))
      numbers[here] = rowsFrom(floats(path, datasetAt(path, group, there)), 0, count, here, path)
  }
  if (wanted.includes("nextObservation")) {
    const all = floats(path, datasetAt(path, group, "observations"))
    const width = all.length / (count + 1)
    numbers.nextObservation = all.subarray(Math.floor(width))
  }
  if (wanted.includes("environment")) numbers.environment = new Float64Array(count).fill(episode.place)
  const { within } = episode
  const task =
    within === undefined || !wanted.includes(within) ? undefined : firstOf(path, datasetAt(path, group, within))
  return {
    count,
    numbers,
    texts: within === undefined || task === undefined ? {} : { [within]: new Array<string>(count).fill(task) }
  }
}

/** The numbers of as many rows as there are rewards: of observations there is one more. */
const rowsFrom = (x: Floats, from: number, count: number, name: string, path: string): Floats => {
  const rows = name === "observation" ? count + 1 : count
  const width = x.length / rows
  if (!Number.isInteger(width))
    throw refuse(path, `${rows} rows of ${name} in an episode of ${count} steps`, `${x.length} numbers`)
  return x.subarray(from * width, (from + count) * width)
}

/** Numbers of an array of an episode, at most. */
const LARGEST_ARRAY = 2 ** 26

/** The value of an array that is not larger than that, whatever its file says. */
const contentOf = (path: string, dataset: Dataset) => {
  const count = (dataset.shape ?? []).reduce((a, b) => a * b, 1)
  if (count > LARGEST_ARRAY) throw refuse(path, `arrays of at most ${LARGEST_ARRAY} numbers in an episode`, `${count}`)
  return dataset.value
}

const floats = (path: string, dataset: Dataset): Floats => {
  const value = contentOf(path, dataset)
  if (isNumberArray(value)) return floatsOf(value)
  if (Array.isArray(value)) return Float64Array.from(value.flat(4), Number)
  throw refuse(path, "arrays of numbers", typeof value)
}

/** Its first row as a text. */
const firstOf = (path: string, dataset: Dataset): string => {
  const value = contentOf(path, dataset)
  const width = (dataset.shape ?? []).slice(1).reduce((a, b) => a * b, 1)
  if (isNumberArray(value)) return Array.from(value.subarray(0, width), String).join(" ")
  return Array.isArray(value) ? value.flat(4).slice(0, width).map(String).join(" ") : String(value)
}
