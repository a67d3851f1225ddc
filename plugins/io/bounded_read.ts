/** All bytes of a file or of standard input, up to a limit: what a person names may be a device or a mistake. */
import { Effect, FileSystem, Stdio, Stream } from "effect"
import { type FileError, failedFile, fileError } from "../../core/service/file_error.ts"

/** The largest file that is read whole, in bytes: beyond it memory would grow to gigabytes. */
export const LARGEST_INPUT = 64 * 2 ** 20

/** As many numbers as such a file holds in single precision: what describes more by naming the same bytes again is refused. */
export const MOST_NUMBERS = LARGEST_INPUT / 4

/** The name in messages. */
export const sourceName = (path: string): string => (path === "-" ? "standard input" : path)

/**
 * Reads a file, or standard input where `path` is `-`. A file's size is looked at before it is read; of what tells no size,
 * a device or a pipe, no more than the limit is taken.
 *
 * - Errors: `FileError` from the operating system, and naming size and limit of what is larger than `largest` bytes.
 */
export const readBounded = Effect.fn("files.readBounded")(function* (path: string, largest = LARGEST_INPUT) {
  if (path !== "-") return yield* readFileBounded(path, largest)
  const { stdin } = yield* Stdio.Stdio
  return yield* collected(stdin, sourceName(path), largest)
})

/** The same of files alone; `fix` says what to do where there is none. */
export const readFileBounded = Effect.fn("files.readFileBounded")(function* (
  path: string,
  largest = LARGEST_INPUT,
  fix = ""
) {
  const fs = yield* FileSystem.FileSystem
  const { type, size } = yield* fs.stat(path).pipe(Effect.mapError((e) => fileError("read", path, e, fix)))
  if (type === "File" && Number(size) > largest) return yield* tooLarge(path, `${size}`, largest)
  return yield* collected(fs.stream(path), path, largest)
})

const collected = Effect.fnUntraced(function* <E>(bytes: Stream.Stream<Uint8Array, E>, name: string, largest: number) {
  const chunks: Uint8Array[] = []
  let length = 0
  yield* bytes.pipe(
    Stream.mapError((e) => fileError("read", name, e)),
    Stream.runForEach((chunk) => {
      chunks.push(chunk)
      length += chunk.length
      return length > largest ? tooLarge(name, "more", largest) : Effect.void
    })
  )
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
})

const tooLarge = (name: string, got: string, largest: number): Effect.Effect<never, FileError> => {
  const want = `at most ${largest} bytes (${Math.round(largest / 2 ** 20)} MiB)`
  return Effect.fail(failedFile({ doing: `read ${name}`, want, got }))
}
