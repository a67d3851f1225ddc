import * as Either from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import type { Key } from "./key.ts"
import { HALF, HAS_HALF, INCREMENT, next64, STATE, WORD_COUNT, type Words } from "./pcg64.ts"
import { generateState } from "./seed_sequence.ts"

/**
 * A running generator: the one mutable thing in random draws, handed to whoever may draw.
 *
 * Equal to `numpy.random.Generator(PCG64(SeedSequence(...)))`, draw for draw.
 */
export interface Stream {
  readonly words: Words
}

/**
 * Starts a stream at the beginning of a key's numbers.
 *
 * @example As `numpy.random.default_rng(0)`
 * ```ts
 * import { random } from "policygradex"
 *
 * const s = random.stream(random.zeroKey)
 * random.random(s) // => 0.6369616873214543
 * random.random(s) // => 0.2697867137638703
 * ```
 */
export const stream = (key: Key): Stream => {
  const seed = generateState(key, 8)
  const words = new Int32Array(WORD_COUNT)
  // The seed's 64-bit words are: state high, state low, sequence high, sequence low; each pair low half first.
  words.set([seed[6]!, seed[7]!, seed[4]!, seed[5]!], INCREMENT)
  for (let i = 3; i > 0; i--) words[INCREMENT + i] = (words[INCREMENT + i]! << 1) | (words[INCREMENT + i - 1]! >>> 31)
  words[INCREMENT] = (words[INCREMENT]! << 1) | 1
  next64(words)
  let carry = 0
  for (const [i, from] of [2, 3, 0, 1].entries()) {
    const sum = (words[STATE + i]! >>> 0) + seed[from]! + carry
    words[STATE + i] = sum | 0
    carry = sum >= 4294967296 ? 1 : 0
  }
  next64(words)
  return { words }
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0")

/** The exact state as text: `pcg64:state:increment:hasHalf:half`, hexadecimal, most significant first. */
export const saveStream = ({ words }: Stream): string => {
  const limbs = (at: number): string => [3, 2, 1, 0].map((i) => hex(words[at + i]!)).join("")
  return `pcg64:${limbs(STATE)}:${limbs(INCREMENT)}:${words[HAS_HALF]}:${hex(words[HALF]!)}`
}

const SAVED = /^pcg64:([0-9a-f]{32}):([0-9a-f]{31}[13579bdf]):([01]):([0-9a-f]{8})$/

/**
 * A stream that continues where the saved one stood.
 *
 * - Errors: `ArgumentError` for text that {@link saveStream} cannot have written.
 */
export const loadStream = (saved: string): Either.Either<ArgumentError, Stream> => {
  const parts = SAVED.exec(saved)
  if (parts === null) {
    const want = "pcg64:<32 hex digits>:<32 hex digits, odd>:<0 or 1>:<8 hex digits>"
    return cannot("load random stream", want, saved.slice(0, 120))
  }
  const [, state = "", increment = "", has = "", half = ""] = parts
  const words = new Int32Array(WORD_COUNT)
  for (let i = 0; i < 4; i++) {
    words[STATE + i] = Number.parseInt(state.slice(24 - 8 * i, 32 - 8 * i), 16)
    words[INCREMENT + i] = Number.parseInt(increment.slice(24 - 8 * i, 32 - 8 * i), 16)
  }
  words[HAS_HALF] = Number(has)
  words[HALF] = Number.parseInt(half, 16)
  return Either.right({ words })
}

/** An independent copy at the same point. */
export const copyStream = ({ words }: Stream): Stream => ({ words: words.slice() })
