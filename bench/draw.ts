/** `bun bench/draw.ts`: draws `docs/algorithms.svg` and `docs/mt10.svg` from what is kept in `bench/results`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem, Schema } from "effect"
import { curvesPicture } from "./curves.ts"
import { mt10Picture } from "./multitask/picture.ts"
import { Comparison } from "./multitask/report.ts"
import { Report } from "./report.ts"
import { writeText } from "./results.ts"

const here = (path: string) => new URL(path, import.meta.url).pathname

/** One picture of one file of results. */
const drawn = Effect.fnUntraced(function* <A>(
  results: string,
  schema: Schema.Codec<A, unknown>,
  picture: string,
  of: (value: A) => string
) {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFileString(here(`./results/${results}.json`))
  const file = here(`../docs/${picture}.svg`)
  yield* writeText(file, of(yield* Schema.decodeEffect(Schema.fromJsonString(schema))(text)))
  yield* Console.log(`drew ${file}`)
})

const main = Effect.gen(function* () {
  yield* drawn("algorithms", Report, "algorithms", (report) => curvesPicture(report.learning ?? []))
  yield* drawn("multitask", Comparison, "mt10", mt10Picture)
})

main.pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
