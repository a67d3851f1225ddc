import * as Either from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

const SIZE = 624
const MIDDLE = 397
/** Where, behind the generator's words, the index of the next one stands. */
const NEXT = SIZE

/**
 * A running Mersenne Twister: the generator of NumPy's `RandomState` and of the functions of `numpy.random` itself.
 *
 * For what others have drawn with it; our own draws come from a `Stream`.
 */
export interface Mt19937 {
  readonly words: Int32Array
}

/**
 * The generator as `numpy.random.seed(seed)` leaves it.
 *
 * - Errors: `ArgumentError` unless the seed is a whole number below 2³².
 * - Source: Matsumoto & Nishimura, ACM TOMACS 8(1), 1998, with the initialisation of 2002.
 *
 * @example As `numpy.random.RandomState(0).random_sample()`
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { random } from "policygradex"
 *
 * E.map(random.mt19937Random)(random.mt19937(0)) // => right(0.5488135039273248)
 * ```
 */
export const mt19937 = (seed: number): Either.Either<ArgumentError, Mt19937> => {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
    return cannot(`use seed ${seed}`, "a whole number from 0 to 2^32 − 1", String(seed))
  const words = new Int32Array(SIZE + 1)
  words[0] = seed
  for (let i = 1; i < SIZE; i++) {
    const before = words[i - 1]!
    words[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i
  }
  words[NEXT] = SIZE
  return Either.right({ words })
}

/** x_{k+n} = x_{k+m} ⊕ (upper bit of x_k | lower bits of x_{k+1})·A, all n words at once. */
const turn = (words: Int32Array): void => {
  for (let k = 0; k < SIZE; k++) {
    const y = (words[k]! & 0x80000000) | (words[(k + 1) % SIZE]! & 0x7fffffff)
    words[k] = words[(k + MIDDLE) % SIZE]! ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df)
  }
  words[NEXT] = 0
}

const next32 = (words: Int32Array): number => {
  if (words[NEXT]! >= SIZE) turn(words)
  let y = words[words[NEXT]!++]!
  y ^= y >>> 11
  y ^= (y << 7) & 0x9d2c5680
  y ^= (y << 15) & 0xefc60000
  return (y ^ (y >>> 18)) >>> 0
}

/** A number in [0, 1), a multiple of 2^−53: `RandomState.random_sample()`. */
export const mt19937Random = ({ words }: Mt19937): number => {
  const high = next32(words) >>> 5
  const low = next32(words) >>> 6
  return (high * 2 ** 26 + low) / 2 ** 53
}

/** A number in [low, high): `RandomState.uniform(low, high)`. */
export const mt19937Uniform = (generator: Mt19937, low: number, high: number): number =>
  low + (high - low) * mt19937Random(generator)
