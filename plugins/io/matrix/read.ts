/** A matrix from a file or from standard input. */
import { gunzipSync } from "node:zlib"
import { Effect, type FileSystem, type Stdio } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError, cannot } from "../../../core/failure/mod.ts"
import type { FileError } from "../../../core/service/file_error.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { LARGEST_INPUT, readBounded, sourceName } from "../bounded_read.ts"
import { isZip } from "../zip.ts"
import { readCsv } from "./csv.ts"
import { readJson } from "./json.ts"
import { fromNpy, type NamedMatrix } from "./matrix.ts"
import { isNpy, readNpy } from "./npy.ts"
import { readNpz } from "./npz.ts"
import { textOf } from "./text.ts"

type Format = "npy" | "npz" | "json" | "csv"

/** What a file's ending says; .gz behind it is taken off. */
const endings: ReadonlyMap<string, Format> = new Map([
  ["npy", "npy"],
  ["npz", "npz"],
  ["json", "json"],
  ["csv", "csv"],
  ["tsv", "csv"],
  ["txt", "csv"]
])

/**
 * Reads a matrix; the ending (.csv, .tsv, .txt, .json, .npy, .npz, each also with .gz) gives the format, standard input's is
 * told by its bytes. `key` names the array of an .npz file or the key of a JSON object that holds the matrix.
 *
 * - Errors: `FileError` from the operating system and for more than {@link LARGEST_INPUT} bytes, `ArgumentError` from the
 *   format.
 */
export const readMatrix = (
  path: string,
  key?: string
): Effect.Effect<NamedMatrix, FileError | ArgumentError, FileSystem.FileSystem | Stdio.Stdio> =>
  Effect.gen(function* () {
    // Before it is read: the name alone may be wrong.
    yield* fromEither(formatOf(path))
    return yield* fromEither(parseMatrix(yield* readBounded(path), path, key))
  })

/** The pure half of `readMatrix`. */
export const parseMatrix = (bytes: Uint8Array, path: string, key?: string): E.Either<ArgumentError, NamedMatrix> => {
  const name = sourceName(path)
  return pipe(
    formatOf(path),
    E.chain((format) =>
      pipe(
        unzipped(bytes, name),
        E.chain((plain) => parse(plain, name, format, key))
      )
    )
  )
}

/** The format that the ending gives, nothing for standard input. Errors: another ending. */
const formatOf = (path: string): E.Either<ArgumentError, Format | undefined> => {
  if (path === "-") return E.right(undefined)
  const ending = /\.([^./\\]+)$/.exec(path.replace(/\.gz$/i, ""))?.[1]?.toLowerCase()
  const format = endings.get(ending ?? "")
  if (format !== undefined) return E.right(format)
  const want = "a file that ends in .csv, .tsv, .txt, .json, .npy or .npz"
  const got = ending === undefined ? "a name without an ending" : `.${ending}`
  return cannot(`read ${path}`, want, got, "rename it, or pipe it in as -")
}

const unzipped = (bytes: Uint8Array, name: string): E.Either<ArgumentError, Uint8Array> => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return E.right(bytes)
  const want = `a whole gzip file of at most ${LARGEST_INPUT} bytes when unpacked`
  return E.tryCatch(
    () => gunzipSync(bytes, { maxOutputLength: LARGEST_INPUT }),
    (e) => {
      const large = e instanceof RangeError
      return argumentError({ doing: `read ${name}`, want, got: large ? "more" : "a damaged one" })
    }
  )
}

/** Binary formats are told by how they begin, whatever the ending says; text by the ending, or by its first sign. */
const parse = (
  bytes: Uint8Array,
  name: string,
  format: Format | undefined,
  key: string | undefined
): E.Either<ArgumentError, NamedMatrix> => {
  if (isZip(bytes) || format === "npz") {
    return pipe(
      readNpz(bytes, name, key),
      E.chain((npy) => fromNpy(npy, name))
    )
  }
  if (isNpy(bytes) || format === "npy") {
    if (key !== undefined) return noKeys(name)
    return pipe(
      readNpy(bytes, name),
      E.chain((npy) => fromNpy(npy, name))
    )
  }
  return pipe(
    textOf(bytes, name),
    E.chain((text) => {
      const json = format === undefined ? /^\s*[[{]/.test(text) : format === "json"
      if (json) return readJson(text, name, key)
      return key === undefined ? readCsv(text, name) : noKeys(name)
    })
  )
}

const noKeys = (name: string): E.Either<ArgumentError, never> => {
  const want = "an .npz or .json file with --key"
  return cannot(`read ${name}`, want, "one matrix without a name", "leave out --key")
}
