/**
 * Times training steps on one session, whichever runtime it needs: programs are run as users would, state stays in
 * buffers of the session, and nothing is read but at the end of a round.
 *
 *     bun bench/devices.ts tfjs:node
 *     deno run -A --unstable-webgpu bench/devices.ts tfjs:webgpu
 */
import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Buffer, Session } from "../core/service/session.ts"
import { sessionKinds } from "../pipeline/config.ts"
import { sessionLayer } from "../plugins/sessions/mod.ts"
import { actorStep, regressionStep, type StepProgram } from "./programs.ts"

const works: readonly (readonly [string, () => StepProgram])[] = [
  ["actor 4-64-64-64-2, batch 64", () => actorStep([4, 64, 64, 64, 2], 64)],
  ["actor 4-64-64-64-2, batch 2048", () => actorStep([4, 64, 64, 64, 2], 2048)],
  ["regression 39-400-400-400-4, batch 1280", () => regressionStep([39, 400, 400, 400, 4], 1280)]
]

/** Time for each work, s; the least number of rounds in it; steps of a round, but one where a step is slow. */
const [SECONDS, ROUNDS, STEPS] = [5, 3, 10]
const SLOW = 200 // ms

/** Milliseconds of one step: the least mean of a round, and that of a step whose parameters are read. */
const measure = Effect.fn("bench.devices")(function* (step: StepProgram) {
  if (E.isLeft(step)) return yield* Effect.die(step.left)
  const { program, inputs } = step.right
  const session = yield* Session
  const held: Record<string, Buffer> = {}
  for (const [name, values] of Object.entries(inputs)) {
    held[name] = yield* session.buffer(program.inputs[name]!.shape, values)
  }
  const { run, cost } = yield* session.compile(program)
  const into = Object.fromEntries(Object.keys(program.outputs).map((name) => [name, held[name]!]))
  const took = (steps: number) =>
    Effect.gen(function* () {
      const began = performance.now()
      for (let i = 0; i < steps; i++) yield* run(held, into)
      yield* session.read(held.theta!)
      return (performance.now() - began) / steps
    })
  const first = yield* took(1)
  let read = yield* took(1)
  let best = Number.POSITIVE_INFINITY
  const steps = read > SLOW ? 1 : STEPS
  const end = performance.now() + 1000 * SECONDS
  for (let round = 0; round < ROUNDS || performance.now() < end; round++) {
    best = Math.min(best, yield* took(steps))
    read = Math.min(read, yield* took(1))
  }
  return { first, best, read, rate: cost.flops / best / 1e6 }
})

const asked = process.argv[2] ?? "auto"
const kind = sessionKinds.find((k) => k === asked)
if (kind === undefined) {
  process.stderr.write(`Cannot time session ${asked}: want one of ${sessionKinds.join(", ")}\n`)
  process.exit(1)
}
const all = Effect.gen(function* () {
  yield* Console.log(`session ${(yield* Session).kind}; ms a step: in rounds of ${STEPS}, alone and read, the first`)
  for (const [name, step] of works) {
    const t = yield* Effect.scoped(measure(step()))
    const times = [t.best, t.read, t.first].map((ms) => ms.toPrecision(3).padStart(9)).join("")
    yield* Console.log(`${name.padEnd(42)}${times}${t.rate.toPrecision(3).padStart(9)} GFLOP/s`)
  }
})
await Effect.runPromise(Effect.scoped(all).pipe(Effect.provide(sessionLayer(kind))))
