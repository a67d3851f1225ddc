/** Text from bytes, in the encodings that spreadsheets and PowerShell write. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, argumentError, cannot } from "../../../core/failure/mod.ts"

/**
 * The text of UTF-8 or UTF-16 bytes, with or without a mark of their order, which the text lacks.
 *
 * - Errors: `ArgumentError` for bytes that are neither.
 */
export const textOf = (bytes: Uint8Array, name: string): E.Either<ArgumentError, string> => {
  const encoding = encodingOf(bytes)
  const text = E.tryCatch(
    () => new TextDecoder(encoding, { fatal: true }).decode(bytes),
    () => argumentError({ doing: `read ${name}`, want: "text in UTF-8 or UTF-16", got: "other bytes", fix: SAVE })
  )
  if (E.isLeft(text) || !text.right.includes("\0")) return text
  const got = `${encoding} with zero bytes`
  return cannot(`read ${name}`, "text in UTF-8 or UTF-16", got, SAVE)
}

const SAVE = "save it as UTF-8"

/** Numbers and separators are ASCII: every other byte of UTF-16 is zero, the first of each pair or the second. */
const encodingOf = (bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return "utf-16le"
  if (first === 0xfe && second === 0xff) return "utf-16be"
  const head = bytes.subarray(0, 64)
  const zeros = (odd: 0 | 1) => head.filter((byte, i) => i % 2 === odd && byte === 0).length
  if (zeros(0) === 0 && zeros(1) > head.length / 4) return "utf-16le"
  return zeros(1) === 0 && zeros(0) > head.length / 4 ? "utf-16be" : "utf-8"
}
