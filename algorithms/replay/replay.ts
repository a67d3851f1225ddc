/** What an off-policy learner remembers: the last transitions of all environments, in one typed array. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { integers, type Stream } from "../../core/random/mod.ts"

/**
 * A ring of slots; a slot holds one transition of each environment, `width` numbers each, so that tasks, which own equal
 * and consecutive environments, always have equally many.
 *
 * Slot k of environment e starts at (k·environments + e)·width. Float32: observations come as such.
 */
export interface Replay {
  readonly slots: number
  readonly environments: number
  readonly width: number
  /** Outside of the heap; pages that were never written take no memory. */
  readonly memory: Float32Array
  /** Slots ever filled; slot `pushed mod slots` is the next. */
  readonly pushed: number
}

const refuse = (field: string, want: string, got: string): E.Either<ArgumentError, never> =>
  cannot("use a replay", `${field} ${want}`, got)

/**
 * An empty replay of at most `capacity` transitions.
 *
 * - Errors: `ArgumentError` where that is less than one of each environment, or less than a `batch`.
 */
export const makeReplay = (
  capacity: number,
  environments: number,
  width: number,
  batch: number
): E.Either<ArgumentError, Replay> => {
  return E.map(
    (slots: number): Replay => ({ slots, environments, width, memory: allocate(slots, environments, width), pushed: 0 })
  )(slotsFor(capacity, environments, batch))
}

/** Slots of a replay of at most `capacity` transitions. Errors: those of {@link makeReplay}. */
export const slotsFor = (capacity: number, environments: number, batch: number): E.Either<ArgumentError, number> => {
  const slots = Math.floor(capacity / environments)
  if (!(slots >= 1)) return refuse("replay", `at least one transition of each of ${environments}`, String(capacity))
  if (batch > slots * environments)
    return refuse("batch", `at most the ${slots * environments} transitions of the replay`, String(batch))
  return E.right(slots)
}

const allocate = (slots: number, environments: number, width: number) => new Float32Array(slots * environments * width)

/** Slots that hold something. */
export const filled = (r: Replay): number => Math.min(r.pushed, r.slots)

/** What is held, without what was never written; shares the replay's memory. */
export const contents = (r: Replay): Float32Array => r.memory.subarray(0, filled(r) * r.environments * r.width)

/**
 * The same replay in other memory, with `pushed` slots as `values` has them.
 *
 * - Errors: `ArgumentError` where the values are not as many as that takes.
 */
export const withContents = (r: Replay, values: ArrayLike<number>, pushed: number): E.Either<ArgumentError, Replay> => {
  const want = Math.min(pushed, r.slots) * r.environments * r.width
  if (values.length !== want) return refuse("contents", `${want} numbers`, String(values.length))
  const memory = allocate(r.slots, r.environments, r.width)
  memory.set(values)
  return E.right({ ...r, memory, pushed })
}

/** Whether so many more slots go over what is held now, so that whoever shares the memory would see it change. */
export const overwrites = (r: Replay, more: number): boolean => r.pushed + more > r.slots

/** Begins the next slot: where its first number goes, and the replay with it. */
export const nextSlot = (r: Replay): { readonly at: number; readonly replay: Replay } => ({
  at: (r.pushed % r.slots) * r.environments * r.width,
  replay: { ...r, pushed: r.pushed + 1 }
})

/**
 * Draws transitions with replacement, equally many of each task: rows g·each … of `out` are of task g. A row is given
 * as slot·environments + environment.
 *
 * - Shapes: `out` `[tasks · each]`.
 * - Errors: `ArgumentError` for an empty replay, or rows that the tasks cannot share equally.
 */
export const sampleRows = (r: Replay, tasks: number, s: Stream, out: Int32Array): E.Either<ArgumentError, void> => {
  const [slots, each, own] = [filled(r), out.length / tasks, r.environments / tasks]
  if (slots === 0) return refuse("transitions", "at least one before a batch is drawn", "an empty replay")
  if (!Number.isInteger(each)) return refuse("batch", `a multiple of ${tasks} tasks`, String(out.length))
  if (!Number.isInteger(own)) return refuse("environments", `a multiple of ${tasks} tasks`, String(r.environments))
  for (let k = 0; k < out.length; k++) {
    const first = Math.floor(k / each) * own
    const slot = integers(s, 0, slots)
    out[k] = slot * r.environments + first + integers(s, 0, own)
  }
  return E.right(undefined)
}
