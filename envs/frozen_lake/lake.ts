/** The maps of frozen lakes and what a move does on them. */
import * as Either from "fp-ts/lib/Either.js"
import { choice, type Key, stream } from "../../core/random/mod.ts"
import { type EnvError, optionError } from "../error.ts"

/** A map: rows of S (start), F (frozen), H (hole) and G (goal), all of one length. */
export type Rows = readonly string[]

/** Gymnasium's two maps. */
export const maps: Readonly<Record<string, Rows>> = {
  "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
  "8x8": ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"]
}

/** What may come of a move. */
export interface Transition {
  readonly probability: number
  readonly next: number
  readonly reward: number
  readonly terminated: boolean
}

/** How a lake answers moves. */
export interface Ice {
  readonly slippery: boolean
  /** Probability of the intended direction on slippery ice; the two directions at right angles share the rest. */
  readonly successRate: number
  /** Reward of reaching the goal, a hole, anything else. */
  readonly rewards: readonly [goal: number, hole: number, frozen: number]
}

/** Left, down, right, up: each action's change of row and column. */
const MOVES = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0]
] as const

/**
 * The transitions of every state and action, in Gymnasium's order: on slippery ice those of actions a − 1, a, a + 1 mod 4.
 *
 * Goals and holes lead to themselves, without reward, and end the episode.
 *
 * - Shapes: `[rows · columns][4]`; state = row · columns + column.
 */
export const transitions = (
  map: Rows,
  { slippery, successRate, rewards }: Ice
): readonly (readonly Transition[])[][] => {
  const [rows, columns] = [map.length, map[0]?.length ?? 0]
  const fail = (1 - successRate) / 2
  const moved = (row: number, column: number, action: number, probability: number): Transition => {
    const [down, right] = MOVES[action]!
    const r = Math.min(Math.max(row + down, 0), rows - 1)
    const c = Math.min(Math.max(column + right, 0), columns - 1)
    const letter = map[r]![c]!
    const reward = letter === "G" ? rewards[0] : letter === "H" ? rewards[1] : rewards[2]
    return { probability, next: r * columns + c, reward, terminated: letter === "G" || letter === "H" }
  }
  return Array.from({ length: rows * columns }, (_, s) => {
    const [row, column] = [Math.floor(s / columns), s % columns]
    const letter = map[row]![column]!
    return MOVES.map((_, a) => {
      if (letter === "G" || letter === "H") return [{ probability: 1, next: s, reward: 0, terminated: true }]
      if (!slippery) return [moved(row, column, a, 1)]
      return [3, 0, 1].map((turn) => moved(row, column, (a + turn) % 4, turn === 0 ? successRate : fail))
    })
  })
}

const ATTEMPTS = 10_000

/**
 * A random map on which the goal can be reached: Gymnasium's `generate_random_map(size, p, seed)` for the seed's key.
 *
 * - Shapes: `size` rows of `size` letters, start first and goal last.
 * - Errors: `ParameterError` for a size below 2 or p outside (0, 1], and where 10,000 maps have no path.
 */
export const randomMap = (size: number, p: number, key: Key): Either.Either<EnvError, Rows> => {
  const refuse = (name: string, value: number, want: string) =>
    Either.left(optionError("a random map", name, value, want))
  if (!(Number.isInteger(size) && size >= 2)) return refuse("size", size, "an integer of at least 2")
  if (!(p > 0 && p <= 1)) return refuse("p", p, "a number above 0, at most 1")
  const source = stream(key)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const drawn = choice(source, 2, size * size, { p: [p, 1 - p] })
    if (Either.isLeft(drawn)) return refuse("p", p, drawn.left.want)
    const letters = Array.from(drawn.right, (hole): string => (hole === 1 ? "H" : "F"))
    letters[0] = "S"
    letters[size * size - 1] = "G"
    const map = Array.from({ length: size }, (_, r) => letters.slice(r * size, (r + 1) * size).join(""))
    if (hasPath(map)) return Either.right(map)
  }
  return refuse("p", p, `a number for which a path is likely: ${ATTEMPTS} maps of size ${size} had none`)
}

/** Whether the goal can be reached from the first cell without a hole. */
export const hasPath = (map: Rows): boolean => {
  const columns = map[0]?.length ?? 0
  const seen = new Set<number>([0])
  for (const s of seen) {
    const [row, column] = [Math.floor(s / columns), s % columns]
    for (const [down, right] of MOVES) {
      const letter = map[row + down]?.[column + right]
      if (letter === "G") return true
      if (letter !== undefined && letter !== "H") seen.add((row + down) * columns + column + right)
    }
  }
  return false
}
