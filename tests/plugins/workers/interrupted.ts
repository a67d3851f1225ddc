/** Interrupts trainings whose workers hang, and ends as soon as nothing is left to do. */
import { Effect, Fiber } from "effect"
import { zeroKey } from "../../../core/random/mod.ts"
import { trainAll } from "../../../pipeline/jobs/training_job.ts"
import { anywhere, onWorkers, spec } from "./support.ts"

const stuck = trainAll(
  { ...spec, environment: "Stuck-v0" },
  anywhere.map((task) => ({ tasks: [task], iterations: 1, key: zeroKey }))
)

const interrupted = Effect.gen(function* () {
  const fiber = yield* Effect.forkChild(stuck)
  yield* Effect.sleep("1 second")
  yield* Fiber.interrupt(fiber)
})

await onWorkers({}, interrupted)
process.stdout.write("interrupted\n")
