/** All bytes of a file or of standard input, up to a limit: what a person names may be a device or a mistake. */
import { Effect, FileSystem, Stdio, Stream } from "effect"
import { FileError, fileError } from "./failure.ts"

/** The largest file that is read whole, in bytes: beyond it memory would grow to gigabytes. */
export const LARGEST_INPUT = 64 * 2 ** 20

/** The name in messages. */
export const sourceName = (path: string): string => (path === "-" ? "standard input" : path)

/**
 * Reads a file, or standard input where `path` is `-`. A file's size is looked at before it is read; of what tells no size,
 * a device or a pipe, no more than the limit is taken.
 *
 * - Errors: `FileError` from the operating system, and naming size and limit of what is larger than `largest` bytes.
 */
export const readBounded = Effect.fn("files.readBounded")(function* (path: string, largest = LARGEST_INPUT) {
  const name = sourceName(path)
  const fs = yield* FileSystem.FileSystem
  const stdio = yield* Stdio.Stdio
  const refused = (e: unknown) => fileError("read", name, e)
  if (path !== "-") {
    const { type, size } = yield* fs.stat(path).pipe(Effect.mapError(refused))
    if (type === "File" && Number(size) > largest) return yield* tooLarge(name, `${size}`, largest)
  }
  const bytes = path === "-" ? stdio.stdin : fs.stream(path)
  const chunks: Uint8Array[] = []
  let length = 0
  yield* bytes.pipe(
    Stream.mapError(refused),
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
  return Effect.fail(new FileError({ doing: `read ${name}`, path: name, want, got, fix: "" }))
}
