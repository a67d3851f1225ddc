import * as Either from "fp-ts/lib/Either.js"
import { child, fillRandom, stream, zeroKey } from "../../core/random/mod.ts"
import type { Batch, BatchState, Rows } from "../batch.ts"
import type { Environment } from "../env.ts"
import { sizeOf } from "../space.ts"
import { type Member, makeRows, vectorise } from "../vector.ts"
import { actionsOf, type Law, made } from "./support.ts"

const COUNT = 5
const STEPS = 60

/** The laws of stepping environments together. */
export const batchLaws = (env: Environment): readonly Law[] => [
  {
    name: "a batch of n gives row by row what n environments alone give, whatever the resets",
    fix: "keep nothing between calls outside state[at …]: no counters, caches or last actions in a closure",
    check: () => {
      const { rows } = play(build(env, indices()), STEPS, actionsOf(env, STEPS * COUNT, 1))
      for (const i of indices()) {
        const alone = play(build(env, [i]), STEPS, column(env, actionsOf(env, STEPS * COUNT, 1), i))
        for (let t = 0; t < STEPS; t++) {
          const odd = compareRow(env, rows, t * COUNT + i, alone.rows, t)
          if (odd !== undefined) return `environment ${i}, step ${t}: ${odd}`
        }
      }
      return undefined
    }
  },
  {
    name: "a row tells one transition: terminated or truncated or neither, and the next observation of its own episode",
    fix: "set outcome.terminated only where the task itself ends; the time limit is maxEpisodeSteps",
    check: () => {
      const { rows, batch } = play(build(env, indices()), STEPS, actionsOf(env, STEPS * COUNT, 2))
      const size = batch.observationSize
      for (let r = 0; r < STEPS * COUNT; r++) {
        const ended = rows.terminated[r] === 1 || rows.truncated[r] === 1
        if (rows.terminated[r] === 1 && rows.truncated[r] === 1) return `row ${r} is terminated and truncated`
        if (rows.truncated[r] === 1 && rows.episodeLength[r] !== limitOf(r % COUNT)) return `row ${r} truncated early`
        if (!ended && rows.episodeLength[r]! >= limitOf(r % COUNT)) return `row ${r} runs past its limit`
        const next = rows.nextObservation.subarray(r * size, (r + 1) * size)
        const fresh = rows.observation.subarray(r * size, (r + 1) * size)
        if (!ended && next.some((x, i) => !Object.is(x, fresh[i]))) return `row ${r}: observation moved without an end`
      }
      return undefined
    }
  },
  {
    name: "a batch saved, serialised and loaded goes on as if nothing had happened",
    fix: "keep the whole episode in state[at …]; what is elsewhere is not saved",
    check: () => {
      const actions = actionsOf(env, STEPS * COUNT, 3)
      const whole = play(build(env, indices()), STEPS, actions)
      const half = STEPS / 2
      const first = play(build(env, indices()), half, actions)
      const saved: BatchState = JSON.parse(JSON.stringify(first.batch.save()))
      const other = build(env, indices(), 77)
      other.reset(first.rows.observation)
      if (Either.isLeft(other.load(saved))) return "load() refused what save() gave"
      const actionSize = other.actionSize
      const { rows } = play(other, half, actions.subarray(half * COUNT * actionSize), false)
      for (let r = 0; r < half * COUNT; r++) {
        const odd = compareRow(env, whole.rows, half * COUNT + r, rows, r)
        if (odd !== undefined) return `row ${r} after loading: ${odd}`
      }
      return undefined
    }
  },
  {
    name: "step() keeps none of the caller's buffers",
    fix: "read actions and state in the call that they are given to; copy numbers, keep no reference",
    check: () => {
      const actions = actionsOf(env, STEPS * COUNT, 4)
      const plain = play(build(env, indices()), STEPS, actions)
      const batch = build(env, indices())
      const start = makeRows(COUNT, batch.observationSize)
      batch.reset(start.observation)
      const noise = stream(child(zeroKey, "noise"))
      fillRandom(noise, start.observation)
      for (let t = 0; t < STEPS; t++) {
        const rows = makeRows(COUNT, batch.observationSize)
        fillRandom(noise, rows.observation)
        fillRandom(noise, rows.nextObservation)
        batch.step(actions.slice(t * COUNT * batch.actionSize), rows)
        for (const i of indices()) {
          const odd = compareRow(env, plain.rows, t * COUNT + i, rows, i)
          if (odd !== undefined) return `step ${t}: ${odd}`
        }
      }
      return undefined
    }
  }
]

const indices = (): number[] => Array.from({ length: COUNT }, (_, i) => i)
/** Short and unequal limits, so that resets fall on different steps. */
const limitOf = (i: number): number => 3 + 4 * i

const build = (env: Environment, members: readonly number[], salt = 0): Batch => {
  const made_ = members.map(
    (i): Member => ({
      dynamics: made(env, {}),
      maxEpisodeSteps: limitOf(i),
      stream: stream(child(zeroKey, "law batch", salt, i))
    })
  )
  return Either.getOrElse<unknown, Batch>(() => empty)(vectorise(made_))
}

const empty: Batch = {
  count: 0,
  observationSize: 0,
  actionSize: 0,
  reset: () => {},
  step: () => {},
  save: () => ({ states: "", returns: "", lengths: [], streams: [] }),
  load: () => Either.right(undefined),
  fault: () => undefined
}

/** Steps a batch, from a reset or from where it is. */
export const play = (
  batch: Batch,
  steps: number,
  actions: Float64Array,
  fresh = true
): { readonly batch: Batch; readonly rows: Rows } => {
  const rows = makeRows(steps * batch.count, batch.observationSize, Float64Array)
  if (fresh) batch.reset(rows.observation)
  for (let t = 0; t < steps; t++) batch.step(actions, rows, t * batch.count, t * batch.count)
  return { batch, rows }
}

/** The actions of environment i alone, of those of `count`. */
export const column = (env: Environment, actions: Float64Array, i: number, count = COUNT): Float64Array => {
  const size = sizeOf(env.action)
  return Float64Array.from(
    { length: actions.length / count },
    (_, j) => actions[(Math.floor(j / size) * count + i) * size + (j % size)]!
  )
}

const compareRow = (env: Environment, a: Rows, r: number, b: Rows, s: number): string | undefined =>
  differentRow(sizeOf(env.observation), a, r, b, s)

/** What differs between two rows; observations are compared as float32 where one side holds them so. */
export const differentRow = (observationSize: number, a: Rows, r: number, b: Rows, s: number): string | undefined => {
  for (const name of ["reward", "terminated", "truncated", "episodeReturn", "episodeLength"] as const)
    if (!Object.is(a[name][r], b[name][s])) return `${name} ${a[name][r]} and ${b[name][s]}`
  for (const name of ["nextObservation", "observation"] as const)
    for (let i = 0; i < observationSize; i++) {
      const [x, y] = [a[name][r * observationSize + i]!, b[name][s * observationSize + i]!]
      if (!Object.is(Math.fround(x), Math.fround(y))) return `${name}[${i}] ${x} and ${y}`
    }
  return undefined
}
