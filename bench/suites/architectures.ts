/** An update of multi-task soft actor-critic at the sizes of Meta-World's MT10, by architecture. */
import { Effect } from "effect"
import { sac as algorithm, type NetworkConfig } from "../../algorithms/mod.ts"
import type { Aggregator } from "../../core/aggregate/mod.ts"
import { uniform, zeroKey } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import { environment } from "../../envs/mod.ts"
import { make as native } from "../../plugins/sessions/native/mod.ts"
import { productSide } from "../sides.ts"
import type { Side, Suite, Work } from "../suite.ts"
import { cpuSeconds, failed, made } from "../timing.ts"

const [OBSERVATION, ACTION, TASKS, BATCH] = [39, 4, 10, 1280]

/** Updates of one measurement, each after a step of all tasks. */
const UPDATES = 6

const box = (size: number, name: string) => ({
  _tag: "Box" as const,
  low: new Array<number>(size).fill(-1),
  high: new Array<number>(size).fill(1),
  names: Array.from({ length: size }, (_, i) => `${name}${i}`),
  units: new Array<string>(size).fill(""),
  dtype: "float32" as const
})

/** Of Meta-World's sizes, and free: what is measured is the learner. */
const noise = environment({
  id: "Noise-v0",
  version: "1",
  summary: "Random numbers",
  observation: box(OBSERVATION, "x"),
  action: box(ACTION, "u"),
  parameters: {},
  maxEpisodeSteps: 500,
  secondsPerStep: 1,
  dynamics: () => ({
    stateSize: 1,
    observationSize: OBSERVATION,
    actionSize: ACTION,
    reset: (state, at, stream) => {
      state[at] = uniform(stream, -1, 1)
    },
    step: (state, at, action, stream, outcome) => {
      outcome.reward = action[0]! * state[at]!
      outcome.terminated = false
      state[at] = uniform(stream, -1, 1)
    },
    observe: (state, at, out, outAt) => out.fill(state[at]!, outAt, outAt + OBSERVATION)
  })
})

/** What one measurement came to, of an update. */
interface Update {
  readonly seconds: number
  readonly flops: number
}

const updates = (network: NetworkConfig, aggregator: Aggregator | undefined, value: (one: Update) => number): Side =>
  Effect.gen(function* () {
    const session = yield* native({ threads: 1 })
    const tasks = Array.from({ length: TASKS }, (_, i) => ({ id: `${i}`, params: {} }))
    const problem = {
      environment: noise,
      tasks,
      policy: yield* made(
        algorithm.makePolicy(
          noise,
          network,
          tasks.map(({ id }) => id)
        )
      ),
      ...(aggregator === undefined ? {} : { aggregator }),
      environmentsPerTask: 1,
      stepsPerTask: UPDATES,
      iterations: 10_000
    }
    const config = { ...algorithm.defaults, batch: BATCH, updates: 1, learningStarts: 1000, replay: 100_000 }
    const learner = yield* Effect.provideService(algorithm.learner(config, problem), Session, session)
    let state = yield* learner.init(zeroKey)
    while (state.steps < 1200) state = (yield* learner.iterate(state)).state
    return Effect.gen(function* () {
      const [start, before] = [cpuSeconds(), (yield* session.work).flops]
      state = (yield* learner.iterate(state)).state
      const flops = (yield* session.work).flops - before
      return { value: value({ seconds: (cpuSeconds() - start) / UPDATES, flops: flops / UPDATES }) }
    }).pipe(Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

/** Milliseconds of an update, of the mean loss or of a combination of the tasks' gradients. */
export const update = (network: NetworkConfig, aggregator?: Aggregator): Side =>
  updates(network, aggregator, ({ seconds }) => 1e3 * seconds)

/** How fast the core multiplies matrices that stay in its caches. */
const products = productSide(native({ threads: 1 }), { m: 256, k: 256, n: 256 })

/** All that an update computes, over all that it takes: which part of the core's speed in products alone is that? */
const share = (network: NetworkConfig): Work => ({
  work: `operations of the same update, ${network.id} ${network.layers}x${network.width}`,
  unit: "GFLOP/s",
  rounds: 5,
  ours: updates(network, undefined, ({ seconds, flops }) => (1e-9 * flops) / seconds),
  opponents: [{ peer: "products of 256x256", goal: null, rival: products }]
})

const networkOf = (layers: number, width: number, id: string, options: Readonly<Record<string, number>> = {}) =>
  ({ layers, width, activation: "relu", taskOneHot: true, id, options }) as const

const beside = (network: ReturnType<typeof networkOf>): Work => {
  const { layers, width, id, options } = network
  const args = { kind: id, settings: { layers, width, ...options }, observation: OBSERVATION, action: ACTION }
  const ask = (compiled: boolean) => ({
    work: "mtsac_update",
    args: { ...args, tasks: TASKS, batch: BATCH, compiled }
  })
  return {
    work: `MTSAC update, ${TASKS} tasks, batch ${BATCH}, ${id} ${layers}x${width}, native`,
    unit: "ms",
    rounds: 5,
    ours: update(network),
    opponents: [
      { peer: "torch", goal: 1.3, ask: ask(false) },
      { peer: "torch.compile", goal: 1.1, ask: ask(true) }
    ]
  }
}

export const architectures: Suite = {
  name: "architectures",
  question: "How long does an update of multi-task soft actor-critic take, by architecture?",
  works: Effect.sync(() =>
    [networkOf(3, 400, "mlp"), networkOf(2, 256, "soft-modules", { modules: 2, embedding: 400, routing: 256 })].flatMap(
      (network) => [beside(network), share(network)]
    )
  )
}
