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
import { estimate } from "./estimates.ts"
import { type Course, courses } from "./families.ts"
import { Estimates, seenTasks, Truth } from "./gathered.ts"
import { type CourseJudged, judge } from "./judge.ts"
import { startOf } from "./start.ts"
import { tableOf } from "./table.ts"
import { trainTruth } from "./truth.ts"

/** What is asked. */
export interface EstimatorsRequest {
  /** Only families whose name contains this. */
  readonly only?: string
  readonly seeds: number
  /** Where trainings are kept: hours of work. */
  readonly truth: string
  /** Where estimates are kept, so that a stopped comparison goes on. */
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

/** A family and seed, and where its files are. */
interface Asked extends Pick<EstimatorsRequest, "truth" | "folder"> {
  readonly course: Course
  readonly seed: number
}

/** What is kept of a course and seed, or is now made. */
const gathered = Effect.fnUntraced(function* ({ course, seed, truth: kept, folder }: Asked) {
  const files = yield* FileSystem.FileSystem
  const all = yield* Layer.build(yield* services)
  const start = yield* Effect.cached(Effect.provide(startOf(course, seed), all))
  const name = `${course.name}-${seed}`
  const trainings = Effect.flatMap(start, (from) => Effect.provide(trainTruth(course, seed, from), all))
  const truth = yield* cached(`${kept}/${name}.json`, Truth, trainings)
  const estimates = Effect.gen(function* () {
    const from = yield* start
    if (from.theta !== truth.theta) return yield* Effect.fail(startsElsewhere(`${kept}/${name}.json`))
    const made = yield* Effect.provide(estimate(from, truth.subsets), all)
    yield* files.writeFile(`${folder}/${name}.f32`, made.bytes)
    return made.estimates
  })
  const found = yield* cached(`${folder}/${name}.json`, Estimates, estimates)
  return { truth, estimates: found, seen: seenTasks(found, yield* files.readFile(`${folder}/${name}.f32`)) }
}, Effect.scoped)

const startsElsewhere = (path: string) =>
  benchFailed({
    doing: "judge estimates",
    want: `the θ★ that the trainings in ${path} started from`,
    got: "another one",
    fix: "remove that file: the trainings are done anew"
  })

const one = Effect.fnUntraced(function* (asked: Asked) {
  const { course } = asked
  const found = yield* gathered(asked)
  const { setting, spec } = yield* intend(course.config, catalog)
  const { stepsPerTask, iterations } = course.config.truth
  const { environmentsPerTask } = spec
  const training: PredictedTraining = {
    iterations,
    stepsPerTask,
    updates: (tasks) =>
      setting.algorithm.updates?.(spec.algorithmConfig, { tasks, stepsPerTask, environmentsPerTask, budget: "updates" })
  }
  return { ...judge(found, training), ...decidedBy(found, training) }
})

/** Judges all courses and prints the table. */
export const estimators = Effect.fn("bench.estimators")(
  function* ({ only = "", seeds, truth, folder, json }: EstimatorsRequest) {
    const files = yield* FileSystem.FileSystem
    for (const path of [truth, folder]) yield* files.makeDirectory(path, { recursive: true })
    const all: (CourseJudged & CourseDecided)[] = []
    for (let seed = 0; seed < seeds; seed++) {
      for (const course of courses.filter((c) => c.name.includes(only)))
        all.push(yield* one({ course, seed, truth, folder }))
    }
    yield* Console.log(json ? JSON.stringify(all, undefined, 2) : `${tableOf(all)}\n\n${decidedText(all)}`)
  },
  Effect.mapError((e) => {
    const got = e instanceof Error ? e.message : String(e)
    return benchFailed({ doing: "compare estimators", want: "trained families", got })
  })
)
