/** `bun bench/draw.ts`: draws `docs/algorithms.svg` from `bench/results/algorithms.json`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem, Schema } from "effect"
import { curvesPicture } from "./curves.ts"
import { Report } from "./report.ts"
import { writeText } from "./results.ts"

const here = (path: string) => new URL(path, import.meta.url).pathname

const main = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFileString(here("./results/algorithms.json"))
  const report = yield* Schema.decodeEffect(Schema.fromJsonString(Report))(text)
  const picture = here("../docs/algorithms.svg")
  yield* writeText(picture, curvesPicture(report.learning ?? []))
  yield* Console.log(`drew ${picture}`)
})

main.pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
