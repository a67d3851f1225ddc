/** What it costs to combine the tasks' gradients: the weights alone, and a whole update. */
import { Effect } from "effect"
import { type Aggregator, aggregators } from "../../core/aggregate/mod.ts"
import { child, fillNormal, stream, zeroKey } from "../../core/random/mod.ts"
import { floor, type Side, type Suite, type Work } from "../suite.ts"
import { sampler, secondsPerCall } from "../timing.ts"
import { update } from "./architectures.ts"

const TASKS = 50

/** G of gradients with so many numbers, of which as many are independent. */
const gramOf = (size: number): Float64Array => {
  const gradients = new Float64Array(TASKS * size)
  fillNormal(stream(child(zeroKey, size)), gradients)
  return Float64Array.from({ length: TASKS * TASKS }, (_, p) => {
    let sum = 0
    for (let k = 0; k < size; k++)
      sum += gradients[Math.floor(p / TASKS) * size + k]! * gradients[(p % TASKS) * size + k]!
    return sum
  })
}

const weights = (a: Aggregator, size: number): Side =>
  Effect.sync(() => {
    const gram = gramOf(size)
    const given = { tasks: TASKS, gram, accuracy: 2 ** -20, losses: new Float64Array(TASKS).fill(1), iteration: 0 }
    const state = a.first(TASKS)
    return sampler(() => 1e3 * secondsPerCall(() => a.weigh({ ...given, stream: stream(zeroKey) }, state)))
  })

const within = (a: Aggregator, size: number): Work => ({
  work: `${a.id}, weights of ${TASKS} tasks, ${size} dimensions`,
  unit: "ms",
  rounds: 5,
  ours: weights(a, size),
  opponents: [floor(5)]
})

const mlp = { layers: 3, width: 400, activation: "relu", taskOneHot: true, id: "mlp", options: {} } as const

/** At most a tenth slower than without. */
const slower = (a: Aggregator): Work => ({
  work: `MTSAC update with ${a.id}, 10 tasks, batch 1280, mlp 3x400, native`,
  unit: "ms",
  rounds: 5,
  ours: update(mlp, a),
  opponents: [{ peer: "the mean loss", goal: 1 / 1.1, rival: update(mlp) }]
})

export const combination: Suite = {
  name: "combination",
  question: "What does it cost to combine the tasks' gradients?",
  works: Effect.sync(() => [
    ...aggregators.flatMap((a) => [30, 1000].map((size) => within(a, size))),
    ...aggregators.map(slower)
  ])
}
