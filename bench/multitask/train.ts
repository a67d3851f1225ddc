/** Trains some tasks of a ground, looks at them on the way, and goes on where it was stopped. */
import { rm } from "node:fs/promises"
import { Effect, FileSystem, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { evaluator, SavedState, type State } from "../../algorithms/mod.ts"
import { child, type Key } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { mean } from "../../core/stat/mod.ts"
import type { Task } from "../../envs/mod.ts"
import { aggregatorFor } from "../../pipeline/jobs/training.ts"
import type { Setting } from "../../pipeline/mod.ts"
import { replaceFile } from "../../plugins/io/disk.ts"
import { pack, unpack } from "../../plugins/io/packed.ts"
import { cpuSeconds } from "../timing.ts"
import type { Point } from "./report.ts"

/** A training of tasks that share one policy. */
export interface Training {
  readonly setting: Setting<unknown>
  readonly tasks: readonly Task[]
  readonly iterations: number
  /** Times that it is looked at. */
  readonly points: number
  readonly key: Key
  /** Where it is kept while it is under way. */
  readonly file: string
  /** Seconds of training after which what was done is kept. */
  readonly keepAfter: number
}

/** A training under way or at its end. */
export interface Trained {
  readonly state: State
  readonly points: readonly Point[]
  readonly seconds: number
}

const Kept = Schema.Struct({
  saved: SavedState,
  points: Schema.Array(
    Schema.Struct({
      steps: Schema.Int,
      returns: Schema.Array(Schema.Number),
      successes: Schema.optionalKey(Schema.Array(Schema.Number))
    })
  ),
  seconds: Schema.Number
})

/** To five digits, as reports have them. */
const rounded = (x: number): number => Number(x.toPrecision(5))

/**
 * Trains to the end, with equal updates whatever the number of tasks.
 *
 * - Errors: those of the learner; `ArgumentError` where the file is of another training.
 */
export const trainTasks = Effect.fn("bench.trainTasks")(function* (t: Training) {
  const { setting, tasks, iterations, file } = t
  const { environment, policy, environmentsPerTask, stepsPerTask, algorithm, algorithmConfig } = setting
  const problem = { environment, tasks, policy, environmentsPerTask }
  const learner = yield* algorithm.learner(algorithmConfig, {
    ...problem,
    stepsPerTask,
    iterations,
    budget: "updates",
    ...aggregatorFor(setting, tasks.length)
  })
  const evaluate = yield* evaluator(problem)
  const before = yield* found(file)
  let state =
    before === undefined ? yield* learner.init(child(t.key, "train")) : yield* fromEither(learner.load(before.saved))
  const points = [...(before?.points ?? [])]
  let [seconds, kept] = [before?.seconds ?? 0, before?.seconds ?? 0]
  while (state.iteration < iterations) {
    const start = cpuSeconds()
    const looked = Math.floor((state.iteration * t.points) / iterations)
    state = (yield* learner.iterate(state)).state
    seconds += cpuSeconds() - start
    if (Math.floor((state.iteration * t.points) / iterations) === looked) continue
    const how = { episodes: setting.episodes, actions: "mode" } as const
    const seen = yield* evaluate(state.policy, how, child(t.key, "look", state.iteration), state.moments)
    const won = seen.flatMap((e) => (e.successes === undefined ? [] : [mean(e.successes.map(Number))]))
    points.push({
      steps: state.steps / tasks.length,
      returns: seen.map((e) => rounded(e.meanReturn)),
      ...(won.length === seen.length ? { successes: won.map(rounded) } : {})
    })
    if (seconds - kept < t.keepAfter) continue
    const now: typeof Kept.Type = { saved: learner.save(state), points, seconds }
    yield* Effect.promise(() => replaceFile(file, pack(now)))
    kept = seconds
  }
  return { state, points, seconds } satisfies Trained
}, Effect.scoped)

const found = Effect.fnUntraced(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  if (!(yield* files.exists(file))) return undefined
  const value = unpack(yield* files.readFile(file))
  return yield* Schema.decodeUnknownEffect(Kept)(E.isRight(value) ? value.right : undefined)
})

/** Of a training that is finished and told elsewhere. */
export const forget = (file: string): Effect.Effect<void> => Effect.promise(() => rm(file, { force: true }))
