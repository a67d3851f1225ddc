/**
 * Figure 2 of the paper at the size of a laptop: what an iteration of training learns on transitions that it never saw, and the
 * Hessian beside it; over training for one task, a group and all tasks, and by the number of tasks. Prints a line of JSON a point, then
 * means over seeds.
 *
 * bun run experiments/curvature.ts cartpole|navigation|metaworld [seed …]     metaworld needs: pgex assets get metaworld
 *   [--checkpoints N] [--draws N]     iterations of a training that are measured; random sets of each size
 */
import { parseArgs } from "node:util"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Ppo, ppo } from "../algorithms/mod.ts"
import { child, key } from "../core/random/mod.ts"
import { tInterval } from "../core/stat/mod.ts"
import { findFamily, type Task } from "../envs/mod.ts"
import { type CurvaturePoint, measureTrainings, measuring, setsBySize } from "../pipeline/mod.ts"
import { catalog } from "../plugins/loading/catalog/mod.ts"
import { sessionLayer } from "../plugins/sessions/mod.ts"

interface Trial {
  readonly family: string
  readonly options: Readonly<Record<string, number>>
  readonly ppo: Partial<Ppo>
  readonly hidden: number
  readonly iterations: number
  readonly stepsPerTask: number
  readonly environmentsPerTask: number
  /** A group of similar tasks. */
  readonly inGroup: (task: Task, place: number) => boolean
  readonly sizes: readonly number[]
}

const trials: Readonly<Record<string, Trial>> = {
  // The quick preset's tasks and learner; every other cart-pole is mirrored.
  cartpole: {
    family: "cartpole-mirrored",
    options: { n: 10, jitter: 0.2 },
    ppo: { learningRate: 1e-3, epochs: 5, batch: 4096 },
    hidden: 3,
    iterations: 12,
    stepsPerTask: 128,
    environmentsPerTask: 8,
    inGroup: (_, place) => place % 2 === 0,
    sizes: [1, 2, 3, 5, 10]
  },
  // Goals around a circle: neighbours are similar.
  navigation: {
    family: "navigation-uniform",
    options: { n: 8 },
    ppo: { learningRate: 3e-3, gamma: 0.95, epochs: 5, batch: 4096 },
    hidden: 3,
    iterations: 12,
    stepsPerTask: 256,
    environmentsPerTask: 8,
    inGroup: (_, place) => place < 3,
    sizes: [1, 2, 3, 5, 8]
  },
  // Half an episode in each of two environments a task and iteration. Drawers and windows are alike to an arm that pulls and pushes.
  metaworld: {
    family: "metaworld-mt10",
    options: {},
    ppo: { learningRate: 3e-4, epochs: 10, batch: 500 },
    hidden: 2,
    iterations: 4,
    stepsPerTask: 500,
    environmentsPerTask: 2,
    inGroup: ({ id }) => /drawer|window/.test(id),
    sizes: [1, 2, 3, 5, 10]
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { checkpoints: { type: "string", default: "3" }, draws: { type: "string", default: "1" } }
})
const [name = "cartpole", ...seeds] = positionals
const trial = trials[name]
if (trial === undefined) throw new Error(`want one of ${Object.keys(trials).join(", ")}, got ${name}`)

const right = <A>(x: E.Either<{ readonly message: string }, A>): Effect.Effect<A, Error> =>
  E.isRight(x) ? Effect.succeed(x.right) : Effect.fail(new Error(x.left.message))

const { iterations, stepsPerTask, environmentsPerTask } = trial
const how = { ...measuring, probes: 30, iterations }

const one = Effect.fnUntraced(function* (seed: number) {
  const { environment, tasks: drawn } = yield* right(findFamily(catalog.registry, trial.family))
  const { tasks } = yield* right(drawn(trial.options))
  const network = { layers: trial.hidden, width: 64, activation: "tanh", taskOneHot: false } as const
  const policy = yield* right(ppo.makePolicy(environment, network))
  const algorithmConfig = { ...ppo.defaults, ...trial.ppo }
  const setting = {
    environment,
    algorithm: ppo,
    algorithmConfig,
    policy,
    environmentsPerTask,
    stepsPerTask,
    episodes: 1
  }
  const from = yield* right(key(seed))
  const tell = (kind: string) => (p: CurvaturePoint) => Console.log(JSON.stringify({ seed, kind, ...p }))
  const sets = [
    { set: "one task", tasks: tasks.slice(0, 1) },
    { set: "a group", tasks: tasks.filter(trial.inGroup) },
    { set: "all tasks", tasks }
  ]
  const measured = (kind: string) => ({ how, key: child(from, kind), told: tell(kind) })
  const course = { iterations, checkpoints: Number(values.checkpoints), key: child(from, "meta") }
  const training = yield* measureTrainings(setting, sets, course, measured("training"))
  const bySize = setsBySize(tasks, trial.sizes, Number(values.draws), child(from, "sizes"))
  const sizes = yield* measureTrainings(setting, bySize, { ...course, checkpoints: 1 }, measured("sizes"))
  return [
    ...training.map((p) => ({ at: `${p.set}, iteration ${p.iteration}`, p })),
    ...sizes.map((p) => ({ at: `${p.tasks.length} tasks`, p }))
  ]
})

const columns: Readonly<Record<string, (p: CurvaturePoint) => number>> = {
  gap: (p) => p.gap.estimate,
  "√(C·H/n)": (p) => p.zero.bound.hessian / (1 + p.zero.bound.epsilon),
  bound: (p) => p.start.bound.gap,
  total: (p) => p.start.bound.total,
  H: (p) => p.zero.weighted.estimate,
  trace: (p) => p.trace.estimate,
  largest: (p) => p.largest.value
}

const program = Effect.gen(function* () {
  const all = (yield* Effect.forEach(seeds.length === 0 ? [0, 1, 2] : seeds.map(Number), one)).flat()
  for (const at of new Set(all.map((x) => x.at))) {
    const cells = Object.entries(columns).map(([column, of]) => {
      const x = all.filter((y) => y.at === at).map((y) => of(y.p))
      const t = tInterval(x)
      const mean = x.reduce((s, v) => s + v, 0) / x.length
      const around = E.isRight(t) ? ` ±${((t.right.high - t.right.low) / 2).toPrecision(2)}` : ""
      return `${column} ${mean.toPrecision(3)}${around}`
    })
    yield* Console.log(`${at}: ${cells.join(", ")}`)
  }
})

NodeRuntime.runMain(program.pipe(Effect.scoped, Effect.provide(sessionLayer("native"))))
