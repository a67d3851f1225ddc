/** Which of ten cart-poles should be trained together? Run with `bun` or `deno run -A`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { cartPoleMirrored } from "../envs/mod.ts"
import { experiment, groupsOf } from "../plugins/runs/experiment.ts"

const program = Effect.gen(function* () {
  const run = yield* experiment({
    preset: "quick",
    family: { id: cartPoleMirrored.id, n: 10 },
    algorithm: { id: "ppo", ppo: { learningRate: 1e-3 } },
    session: "wasm",
    grouping: { method: "sdp", k: 2 },
    seed: 7
  })
  for (const [g, tasks] of groupsOf(run).entries()) yield* Console.log(`group ${g + 1}: ${tasks.join(", ")}`)
  for (const { method, meanReturn } of run.comparison) yield* Console.log(`${method}: ${meanReturn.value.toFixed(1)}`)
  for (const { level, text } of run.warnings) yield* Console.log(`${level}: ${text}`)
})

NodeRuntime.runMain(program)
