import * as E from "fp-ts/lib/Either.js"
import { shortened } from "./shown.ts"

/** Deeper lists and objects are no data of ours, and walking through them takes more stack than there is. */
const DEEPEST = 100

/** What a text may hold, checked before it is parsed. */
export interface JsonLimits {
  /** Lists and objects within each other. */
  readonly depth?: number
  /** Lists and objects, all together: an empty one takes twenty times the memory of its text. */
  readonly lists?: number
}

/**
 * The value of a JSON text.
 *
 * - Errors: what came instead, for "want JSON, got …": nesting beyond `depth` (100 unless told), more than `lists` lists
 *   and objects, or what the engine finds wrong, in at most a few lines.
 *
 * @example
 * parseJson("[1, 2]") // => right([1, 2])
 */
export const parseJson = (text: string, limits: JsonLimits = {}): E.Either<string, unknown> => {
  const beyond = jsonExcess(text, limits)
  if (beyond !== undefined) return E.left(beyond)
  return E.tryCatch(
    (): unknown => JSON.parse(text),
    (e) => shortened(e instanceof Error ? e.message : String(e), 200)
  )
}

const QUOTE = 34
const BACKSLASH = 92
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** Which limit a text is beyond, read without parsing it; nothing where it keeps both. */
export const jsonExcess = (text: string, limits: JsonLimits = {}): string | undefined =>
  excess(text, limits.depth ?? DEEPEST, limits.lists ?? Infinity)

/** Brackets within strings do not count. */
const excess = (text: string, depth: number, lists: number): string | undefined => {
  let within = 0
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const sign = text.charCodeAt(i)
    if (sign === QUOTE) i = endOfString(text, i)
    else if (sign === CLOSE_LIST || sign === CLOSE_OBJECT) within--
    else if (sign === OPEN_LIST || sign === OPEN_OBJECT) {
      if (++within > depth) return `lists or objects nested more than ${depth} deep`
      if (++count > lists) return `more than ${lists} lists and objects`
    }
  }
  return undefined
}

const endOfString = (text: string, from: number): number => {
  let i = from + 1
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1
  return i
}
