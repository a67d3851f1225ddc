import type { Engines, Throttle } from "./engines.ts"
import { LOG, rowSize, STEPS } from "./layout.ts"
import { advance, build, type Craft, type Surroundings, windOf } from "./world.ts"

/** How the bodies of a state are had, and put away again. */
export interface Memory {
  /** The bodies at the beginning of the episode. */
  readonly begin: (state: Float64Array, at: number) => Craft
  /** The bodies as the state has them. */
  readonly recall: (state: Float64Array, at: number) => Craft
  /** Does the step that stands in row `index` of the log. */
  readonly play: (craft: Craft, state: Float64Array, at: number, index: number) => void
  /** To be called when the state is complete. */
  readonly keep: (craft: Craft, state: Float64Array, at: number) => void
}

interface Kept {
  readonly craft: Craft
  /** All of the state that stands before the log. */
  readonly head: Float64Array
}

/**
 * The bodies that belong to states.
 *
 * Box2D keeps more than positions and velocities (impulses of the last step, pairs that are near each other, who sleeps),
 * and lets no one set it. So a state holds what led to it, and its bodies are a function of that: they are played from
 * the beginning. The last bodies at each place are kept, and used where the place still has the state that they were
 * left with; whoever copies, loads or steps states by turns gets the same numbers, only later.
 */
export const memory = (surroundings: Surroundings, engines: Engines): Memory => {
  const places = new WeakMap<ArrayBufferLike, Map<number, Kept>>()
  const throttle: Throttle = { main: 0, side: 0, direction: 0 }
  const row = rowSize(engines.size)

  const play: Memory["play"] = (craft, state, at, index) => {
    const from = at + LOG + index * row
    engines.read(state, from, throttle)
    const draws = from + engines.size
    advance(craft, surroundings, windOf(state, at), throttle, [state[draws]!, state[draws + 1]!])
  }

  const begin: Memory["begin"] = (state, at) => {
    const craft = build(surroundings, state, at)
    // Gymnasium's reset() ends with a step without engines.
    advance(craft, surroundings, windOf(state, at), { main: 0, side: 0, direction: 0 }, [0, 0])
    return craft
  }

  const keep: Memory["keep"] = (craft, state, at) => {
    const start = state.byteOffset / 8 + at
    let inBuffer = places.get(state.buffer)
    if (inBuffer === undefined) {
      inBuffer = new Map()
      places.set(state.buffer, inBuffer)
    }
    let kept = inBuffer.get(start)
    if (kept?.craft !== craft) {
      kept = { craft, head: new Float64Array(LOG) }
      inBuffer.set(start, kept)
    }
    for (let i = 0; i < LOG; i++) kept.head[i] = state[at + i]!
  }

  const recall: Memory["recall"] = (state, at) => {
    const kept = places.get(state.buffer)?.get(state.byteOffset / 8 + at)
    if (kept !== undefined && isAt(kept.head, state, at)) return kept.craft
    const craft = begin(state, at)
    for (let i = 0; i < state[at + STEPS]!; i++) play(craft, state, at, i)
    return craft
  }

  return { begin, recall, play, keep }
}

const isAt = (head: Float64Array, state: Float64Array, at: number): boolean => {
  for (let i = 0; i < LOG; i++) if (head[i] !== state[at + i]) return false
  return true
}
