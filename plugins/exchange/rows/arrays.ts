/** Rows in NumPy's files and in safetensors: which arrays there are, without reading them. What is refused is thrown. */
import { type FileHandle, open, readdir } from "node:fs/promises"
import { basename, join } from "node:path"
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { argumentError } from "../../../core/failure/mod.ts"
import { parseJson } from "../../../core/text/json.ts"
import { clipped } from "../../../core/text/printable.ts"
import { shortened } from "../../../core/text/shown.ts"
import { dtypes, npyHeader } from "../../io/matrix/mod.ts"
import { safetensorsParts } from "../../io/safetensors.ts"
import { directoryOf, LOCAL_LENGTH, LONGEST_END, membersIn, startOf } from "../../io/zip.ts"
import { byteReader, type FilePart } from "./bytes.ts"
import type { StoredColumn, TextType } from "./stored.ts"

/** Longest headers that are read, in bytes: of an array, and of all arrays of a file. */
const [LONGEST_ARRAY_HEADER, LONGEST_HEADER] = [2 ** 16, 2 ** 26]

const refuse = (name: string, want: string, got: string, fix = "") =>
  argumentError({ doing: `read ${name}`, want, got, fix })

/** The value, or the failure thrown. */
export const right = <A>(x: E.Either<Error, A>): A => {
  if (E.isLeft(x)) throw x.left
  return x.right
}

const inFile = async <A>(path: string, use: (file: FileHandle, size: number) => Promise<A>): Promise<A> => {
  const file = await open(path, "r")
  try {
    return await use(file, (await file.stat()).size)
  } finally {
    await file.close()
  }
}

/** The array of a `.npy` file that stands in a part of a file. */
const npyColumn = async (file: FileHandle, path: string, part: FilePart, name: string): Promise<StoredColumn> => {
  const told = `${clipped(name)} of ${basename(path)}`
  const reader = byteReader(file, part)
  const head = await reader.take(LONGEST_ARRAY_HEADER)
  reader.close()
  const { descr, fortran, shape, start } = right(npyHeader(head, told))
  const [rows, ...rest] = shape
  if (rows === undefined) throw refuse(told, "an array with a row for each transition", "a single value")
  if (fortran && rest.length > 0) {
    throw refuse(told, "rows one after the other", "an array in Fortran order", "save it through np.ascontiguousarray")
  }
  const letters = descr.replace(/^[<>=|]/, "")
  const [, kind, signs] = /^([US])(\d+)$/.exec(letters) ?? []
  const text: TextType | undefined =
    kind === undefined ? undefined : { size: kind === "U" ? 4 : 1, signs: Number(signs) }
  const type = text ?? dtypes.get(letters)
  if (type === undefined) {
    const fix = letters === "O" ? "an array of Python objects is a pickle: save x.astype(str), or numbers" : ""
    throw refuse(told, `numbers (${[...dtypes.keys()].join(", ")}) or texts`, shortened(descr, 80), fix)
  }
  const width = rest.reduce((a, b) => a * b, 1)
  const column = { name, width, path, rows, type, big: descr.startsWith(">"), part: { ...part, skip: start } }
  return text === undefined ? column : { ...column, text: true }
}

/** The arrays of a `.npz` file. */
export const npzColumns = (path: string): Promise<readonly StoredColumn[]> =>
  inFile(path, async (file, size) => {
    const take = (at: number, length: number) => byteReader(file, { at, length }).take(length)
    const from = Math.max(0, size - LONGEST_END)
    const directory = directoryOf(await take(from, size - from))
    const members =
      directory === undefined || !(directory.length <= Math.min(LONGEST_HEADER, size))
        ? undefined
        : membersIn(await take(directory.at, directory.length), directory.count)
    if (members === undefined) throw refuse(path, "a whole zip file of arrays", "a damaged one")
    const columns: StoredColumn[] = []
    for (const member of members.filter((m) => m.name.endsWith(".npy"))) {
      const { packed, method } = member
      const at = startOf(member, await take(member.at, LOCAL_LENGTH))
      const told = clipped(member.name)
      if (at === undefined || at + packed > size) throw refuse(path, `a whole ${told}`, "a damaged one")
      if (method !== 0 && method !== 8) {
        throw refuse(path, `${told} stored or deflated`, `compression of kind ${method}`)
      }
      const part = { at, length: packed, deflated: method === 8 }
      columns.push(await npyColumn(file, path, part, member.name.slice(0, -".npy".length)))
    }
    return columns
  })

/** The `.npy` files of a folder, each a column of its name. */
export const npySetColumns = async (folder: string): Promise<readonly StoredColumn[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".npy")).toSorted()
  const one = (name: string) => {
    const path = join(folder, name)
    return inFile(path, (file, length) => npyColumn(file, path, { at: 0, length }, basename(name, ".npy")))
  }
  return Promise.all(names.map(one))
}

/** The tensors of a `.safetensors` file. */
export const safetensorsColumns = (path: string): Promise<readonly StoredColumn[]> =>
  inFile(path, async (file, size) => {
    const take = (at: number, length: number) => byteReader(file, { at, length }).take(length)
    const start = await take(0, 8)
    const length = start.length < 8 ? 0 : Number(new DataView(start.buffer).getBigUint64(0, true))
    if (length === 0 || 8 + length > size || length > LONGEST_HEADER) {
      throw refuse(path, "a safetensors file", `${size} bytes of something else`)
    }
    const header = parseJson(new TextDecoder().decode(await take(8, length)))
    if (E.isLeft(header) || !Predicate.isObject(header.right)) throw refuse(path, "a JSON header of tensors", "another")
    const { parts } = right(safetensorsParts(header.right, size - 8 - length, path))
    return parts.flatMap(({ name, shape: [rows, ...rest], type, from, to }) => {
      const width = rest.reduce((a, b) => a * b, 1)
      const part = { at: 8 + length + from, length: to - from }
      return rows === undefined ? [] : [{ name, width, path, rows, type, big: false, part }]
    })
  })
