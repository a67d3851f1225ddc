/** `bun run bench estimators`: which way of choosing groups is right, on families that were really trained. */
import { Console, Effect, FileSystem, Layer, Schema } from "effect"
import { Session } from "../../core/service/session.ts"
import { intend } from "../../pipeline/mod.ts"
import type { PredictedTraining } from "../../pipeline/stages/surrogate/predict.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import { workersLayer } from "../../plugins/workers/mod.ts"
import { writeText } from "../results.ts"
import { benchFailed } from "../suite.ts"
import { fastest } from "../training.ts"
import { type CourseDecided, decidedBy, decidedText } from "./decided.ts"
import { type Course, courses } from "./families.ts"
import { gather } from "./gather.ts"
import { Gathered, seenTasks } from "./gathered.ts"
import { HeldOut, holdOut } from "./held_out.ts"
import { type CourseJudged, judge } from "./judge.ts"
import { tableOf } from "./table.ts"

/** What is asked. */
export interface EstimatorsRequest {
  /** Only families whose name contains this. */
  readonly only?: string
  readonly seeds: number
  /** Where trainings are kept, so that a stopped comparison goes on. */
  readonly folder: string
  readonly json: boolean
}

/** What a session and workers give, on what is fastest here. */
const services = Effect.gen(function* () {
  const kinds = { workers: "auto" as const, sessionKind: () => "native" as const }
  return Layer.provideMerge(workersLayer(kinds), Layer.succeed(Session)(yield* fastest))
})

/** A part of a course as it is kept in a file, or as it is now made. */
const cached = Effect.fnUntraced(function* <A, E, R>(
  path: string,
  schema: Schema.Codec<A, unknown>,
  make: Effect.Effect<A, E, R>
) {
  const files = yield* FileSystem.FileSystem
  if (!(yield* files.exists(path))) {
    const start = performance.now()
    yield* writeText(path, JSON.stringify(yield* make))
    yield* Console.error(`${path}: ${((performance.now() - start) / 1000).toFixed(0)} s`)
  }
  return yield* Schema.decodeUnknownEffect(Schema.fromJsonString(schema))(yield* files.readFileString(path))
})

/** What is kept of a course and seed, or is now gathered. */
const gathered = Effect.fnUntraced(function* (course: Course, seed: number, folder: string) {
  const files = yield* FileSystem.FileSystem
  const stem = `${folder}/${course.name}-${seed}`
  const trainings = Effect.gen(function* () {
    const { found, bytes } = yield* Effect.provide(gather(course, seed), yield* services)
    yield* files.writeFile(`${stem}.f32`, bytes)
    return found
  })
  const found = yield* cached(`${stem}.json`, Gathered, trainings)
  const heldOut = Effect.gen(function* () {
    return yield* Effect.provide(holdOut(course, found), yield* services)
  })
  return {
    found,
    seen: seenTasks(found, yield* files.readFile(`${stem}.f32`)),
    heldOut: yield* cached(`${stem}.held.json`, HeldOut, heldOut)
  }
}, Effect.scoped)

const one = Effect.fnUntraced(function* (course: Course, seed: number, folder: string) {
  const { found, seen, heldOut } = yield* gathered(course, seed, folder)
  const { setting, spec } = yield* intend(course.config, catalog)
  const { stepsPerTask, iterations } = course.config.truth
  const { environmentsPerTask } = spec
  const training: PredictedTraining = {
    iterations,
    stepsPerTask,
    updates: (tasks) =>
      setting.algorithm.updates?.(spec.algorithmConfig, { tasks, stepsPerTask, environmentsPerTask, budget: "updates" })
  }
  return { ...judge({ found, seen, heldOut }, training), ...decidedBy({ found, seen }, training) }
})

/** Judges all courses and prints the table. */
export const estimators = Effect.fn("bench.estimators")(
  function* ({ only = "", seeds, folder, json }: EstimatorsRequest) {
    const files = yield* FileSystem.FileSystem
    yield* files.makeDirectory(folder, { recursive: true })
    const all: (CourseJudged & CourseDecided)[] = []
    for (let seed = 0; seed < seeds; seed++) {
      for (const course of courses.filter((c) => c.name.includes(only))) all.push(yield* one(course, seed, folder))
    }
    yield* Console.log(json ? JSON.stringify(all, undefined, 2) : `${tableOf(all)}\n\n${decidedText(all)}`)
  },
  Effect.mapError((e) => {
    const got = e instanceof Error ? e.message : String(e)
    return benchFailed({ doing: "compare estimators", want: "trained families", got })
  })
)
