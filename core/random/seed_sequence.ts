import type { Key } from "./key.ts"

const POOL = 4
const INIT_A = 0x43b0d7e5
const MULT_A = 0x931e8875
const INIT_B = 0x8b51f9dd
const MULT_B = 0x58f38ded
const MIX_LEFT = 0xca01f9dd
const MIX_RIGHT = 0x4973f715

/** A hash of words whose multiplier moves on with every word hashed. */
const hasher = (start: number, multiplier: number): ((value: number) => number) => {
  let constant = start
  return (value) => {
    const mixed = value ^ constant
    constant = Math.imul(constant, multiplier)
    const product = Math.imul(mixed, constant)
    return product ^ (product >>> 16)
  }
}

const mix = (x: number, y: number): number => {
  const result = (Math.imul(MIX_LEFT, x) - Math.imul(MIX_RIGHT, y)) | 0
  return result ^ (result >>> 16)
}

/**
 * The entropy pool of a key: four 32-bit words in which every bit of the key has influenced every word.
 *
 * Source: numpy/random/bit_generator.pyx (after M. E. O'Neill's `seed_seq_fe`).
 */
export const entropyPool = (key: Key): Uint32Array => {
  const padding = key.spawnKey.length > 0 ? Math.max(0, POOL - key.entropy.length) : 0
  const entropy = [...key.entropy, ...new Array<number>(padding).fill(0), ...key.spawnKey]
  const hash = hasher(INIT_A, MULT_A)
  const pool = new Uint32Array(POOL)
  for (let i = 0; i < POOL; i++) pool[i] = hash(entropy[i] ?? 0)
  for (let from = 0; from < POOL; from++)
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!))
  for (const word of entropy.slice(POOL)) for (let to = 0; to < POOL; to++) pool[to] = mix(pool[to]!, hash(word))
  return pool
}

/**
 * `count` 32-bit words of state for a generator; NumPy's 64-bit words are pairs of them, low word first.
 *
 * - Shapes: result `[count]`.
 */
export const generateState = (key: Key, count: number): Uint32Array => {
  const pool = entropyPool(key)
  const hash = hasher(INIT_B, MULT_B)
  return Uint32Array.from({ length: count }, (_, i) => hash(pool[i % POOL]!))
}
