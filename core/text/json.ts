import * as E from "fp-ts/lib/Either.js"
import { shortened } from "./shown.ts"

/** Deeper lists and objects are no data of ours, and walking through them takes more stack than there is. */
const DEEPEST = 100

/** What a text may hold, checked before it is parsed. */
export interface JsonLimits {
  /** Lists and objects within each other. */
  readonly depth?: number
  /** Values, lists, objects and keys, all together: parsed, each takes some 8 to 100 bytes. */
  readonly values?: number
}

/**
 * The value of a JSON text.
 *
 * - Errors: what came instead, for "want JSON, got …": nesting beyond `depth` (100 unless told), more than `values` values,
 *   or what the engine finds wrong, in at most a few lines.
 *
 * @example
 * parseJson("[1, 2]") // => right([1, 2])
 */
export const parseJson = (text: string, limits: JsonLimits = {}): E.Either<string, unknown> => {
  const beyond = excess(text, limits.depth ?? DEEPEST, limits.values ?? Infinity)
  if (beyond !== undefined) return E.left(beyond)
  return E.tryCatch(
    (): unknown => JSON.parse(text),
    (e) => shortened(e instanceof Error ? e.message : String(e), 200)
  )
}

const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN = [91, 123]
const CLOSE = [93, 125]

/** Which limit a text is beyond; nothing where it keeps both. Brackets within strings do not count. */
const excess = (text: string, depth: number, values: number): string | undefined => {
  let within = 0
  let count = 1
  for (let i = 0; i < text.length; i++) {
    const sign = text.charCodeAt(i)
    if (sign === QUOTE) i = endOfString(text, i)
    else if (sign === COMMA || sign === COLON) count++
    else if (OPEN.includes(sign)) {
      count++
      if (++within > depth) return `lists or objects nested more than ${depth} deep`
    } else if (CLOSE.includes(sign)) within--
    if (count > values) return `more than ${values} values`
  }
  return undefined
}

const endOfString = (text: string, from: number): number => {
  let i = from + 1
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1
  return i
}
