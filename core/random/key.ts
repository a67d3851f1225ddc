import * as Either from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

/**
 * The origin of a stream of random numbers: an immutable value, safe to share, print and store.
 *
 * A key is NumPy's `SeedSequence(entropy, spawn_key=path)`: equal keys give equal numbers, and different paths
 * independent ones. Nothing is drawn from a key; {@link file://./stream.ts `stream(key)`} starts the drawing.
 */
export interface Key {
  /** The seed as 32-bit words, least significant first. */
  readonly entropy: readonly number[]
  /** NumPy's `spawn_key` as 32-bit words. */
  readonly spawnKey: readonly number[]
}

/**
 * The key of a seed.
 *
 * - Errors: `ArgumentError` unless the seed is a non-negative safe integer, or a non-negative bigint.
 *
 * @example
 * key(7) // => right({ entropy: [7], spawnKey: [] })
 */
export const key = (seed: number | bigint): Either.Either<ArgumentError, Key> => {
  if (typeof seed === "number" ? Number.isSafeInteger(seed) && seed >= 0 : seed >= 0n)
    return Either.right({ entropy: words(BigInt(seed)), spawnKey: [] })
  return cannot(`use seed ${seed}`, "an integer from 0 to 2^53 − 1, or a non-negative bigint", String(seed))
}

/** The key of seed 0, for callers that want a fixed start and have no seed to check. */
export const zeroKey: Key = { entropy: [0], spawnKey: [] }

/**
 * The key of a named or numbered child: `child(k, "task", 3)`. Different paths give independent streams.
 *
 * A number n is the child that NumPy's `SeedSequence.spawn` makes n-th; a string is its UTF-8 bytes, four to a word
 * (least significant first), after a marker word and the number of bytes, so that no two strings collide.
 * `child(child(k, a), b)` equals `child(k, a, b)`.
 *
 * - Shapes: path elements are strings or non-negative safe integers; another number is taken modulo 2^64.
 */
export const child = (parent: Key, ...path: readonly (string | number)[]): Key => ({
  entropy: parent.entropy,
  spawnKey: parent.spawnKey.concat(path.flatMap((step) => (typeof step === "string" ? text(step) : index(step))))
})

/** Marks a word sequence that stands for a string; any number that no one counts up to would do. */
const STRING_MARK = 0xfffffffe

const text = (name: string): number[] => {
  const bytes = new TextEncoder().encode(name)
  const packed: number[] = [STRING_MARK, bytes.length]
  for (let i = 0; i < bytes.length; i += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(i, i + 4)
    packed.push((a | (b << 8) | (c << 16) | (d << 24)) >>> 0)
  }
  return packed
}

const index = (n: number): number[] => words(BigInt.asUintN(64, BigInt(Number.isFinite(n) ? Math.trunc(n) : 0)))

/** The 32-bit words of a non-negative integer, least significant first; at least one. */
const words = (n: bigint): number[] => {
  const found: number[] = []
  do {
    found.push(Number(n & 0xffffffffn))
    n >>= 32n
  } while (n > 0n)
  return found
}
