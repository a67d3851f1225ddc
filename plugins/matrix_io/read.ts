/** A matrix from a file or from standard input. */
import { Effect, FileSystem, Stdio, Stream } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type FileError, fileError, MatrixFileError } from "../failure.ts"
import { readCsv } from "./csv.ts"
import { readJson } from "./json.ts"
import { fromNpy, type NamedMatrix } from "./matrix.ts"
import { readNpy } from "./npy.ts"

/** All bytes of a file, or of standard input where `path` is `-`. */
export const readBytes = Effect.fn("matrix_io.readBytes")(function* (path: string) {
  if (path === "-") {
    const stdio = yield* Stdio.Stdio
    return yield* stdio.stdin.pipe(
      Stream.runFold(
        () => new Uint8Array(0),
        (all, chunk) => {
          const joined = new Uint8Array(all.length + chunk.length)
          joined.set(all)
          joined.set(chunk, all.length)
          return joined
        }
      ),
      Effect.mapError((e) => fileError("read", "standard input", e))
    )
  }
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFile(path).pipe(Effect.mapError((e) => fileError("read", path, e)))
})

/** The name in messages. */
export const sourceName = (path: string): string => (path === "-" ? "standard input" : path)

/**
 * Reads a matrix; the ending (.csv, .tsv, .txt, .json, .npy) gives the format, standard input's is told by its bytes.
 *
 * - Errors: `FileError` from the operating system, `MatrixFileError` from the format.
 */
export const readMatrix = (
  path: string
): Effect.Effect<NamedMatrix, FileError | MatrixFileError, FileSystem.FileSystem | Stdio.Stdio> =>
  Effect.flatMap(readBytes(path), (bytes) => {
    const matrix = parseMatrix(bytes, path)
    return E.isLeft(matrix) ? Effect.fail(matrix.left) : Effect.succeed(matrix.right)
  })

/** The pure half of `readMatrix`. */
export const parseMatrix = (bytes: Uint8Array, path: string): E.Either<MatrixFileError, NamedMatrix> => {
  const name = sourceName(path)
  const ending = path === "-" ? sniff(bytes) : (/\.([^./\\]+)$/.exec(path)?.[1] ?? "").toLowerCase()
  const text = () => new TextDecoder().decode(bytes)
  switch (ending) {
    case "npy":
      return pipe(
        readNpy(bytes, name),
        E.chain((npy) => fromNpy(npy, name))
      )
    case "json":
      return readJson(text(), name)
    case "csv":
    case "tsv":
    case "txt":
      return readCsv(text(), name)
    default: {
      const got = ending === "" ? "a name without an ending" : `.${ending}`
      const want = "a file that ends in .csv, .tsv, .txt, .json or .npy"
      return E.left(new MatrixFileError({ doing: `read ${name}`, want, got, fix: "rename it, or pipe it in as -" }))
    }
  }
}

const sniff = (bytes: Uint8Array): string => {
  if (bytes[0] === 0x93) return "npy"
  const head = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart()
  return head.startsWith("[") || head.startsWith("{") ? "json" : "csv"
}
