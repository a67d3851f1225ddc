/**
 * Do soft actor-critic and PPO solve Meta-World's tasks? Trains on MT1 of a task and prints, as it learns, on how many of the 50
 * goals, each played once, the task is solved in any of 500 steps.
 *
 * bun run experiments/metaworld_mt1.ts reach-v3|door-open-v3|drawer-close-v3|… [seed …]        needs: pgex assets get metaworld
 *   [--learner sac|ppo] [--steps N]    what learns, and for how many steps at most
 *   [--keep FOLDER]                    keeps each training after each line there; what was stopped goes on behind it, to the bit
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Console, Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import {
  type Algorithm,
  evaluator,
  type NetworkConfig,
  type Ppo,
  ppo,
  type Sac,
  SavedState,
  sac,
  untyped
} from "../algorithms/mod.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import { makeFolder, replaceFile } from "../plugins/io/disk.ts"
import { pack, unpack } from "../plugins/io/packed.ts"
import { metaworldFamilies } from "../plugins/metaworld/mod.ts"
import { make as native } from "../plugins/sessions/native/mod.ts"

interface Trial {
  readonly algorithm: Algorithm<unknown>
  readonly config: unknown
  readonly network: NetworkConfig
  /** Environments side by side. */
  readonly environments: number
  /** Steps of a training at most, of an iteration, and between two lines of the table. */
  readonly steps: number
  readonly iteration: number
  readonly part: number
}

const wide = { layers: 2, width: 128, taskOneHot: false }
const trials: Readonly<Record<string, Trial>> = {
  sac: {
    algorithm: untyped(sac),
    config: { ...sac.defaults, learningRate: 3e-4, learningStarts: 2000, batch: 128 } satisfies Sac,
    network: { ...wide, activation: "relu", normalise: { observation: false, reward: true } },
    environments: 1,
    steps: 100_000,
    iteration: 5000,
    part: 5000
  },
  // An iteration is an episode of each of ten environments.
  ppo: {
    algorithm: untyped(ppo),
    config: { ...ppo.defaults, batch: 500 } satisfies Ppo,
    network: { ...wide, activation: "tanh", normalise: { observation: true, reward: true } },
    environments: 10,
    steps: 2_000_000,
    iteration: 5000,
    part: 50_000
  }
}

/** A task is solved for good where so many of its goals are. */
const ENOUGH = 0.9

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { learner: { type: "string", default: "sac" }, steps: { type: "string" }, keep: { type: "string" } }
})
const [name = "reach-v3", ...named] = positionals
const seeds = named.length > 0 ? named.map(Number) : [0, 1, 2]

const right = <A>(either: E.Either<{ readonly message: string }, A>): Effect.Effect<A> =>
  E.isRight(either) ? Effect.succeed(either.right) : Effect.die(either.left.message)

/** A training between two lines: its state, the lines so far, and how long it took. */
const Kept = Schema.Struct({
  saved: SavedState,
  rows: Schema.Array(Schema.String),
  seconds: Schema.Number,
  solved: Schema.Boolean
})

const fileOf = (seed: number) => join(values.keep ?? ".", `${name}-${values.learner}-${seed}.state`)

const keep = Effect.fn(function* (seed: number, kept: typeof Kept.Type) {
  if (values.keep === undefined) return
  yield* Effect.promise(() => replaceFile(fileOf(seed), pack(kept)))
})

const found = Effect.fn(function* (seed: number) {
  if (values.keep === undefined) return undefined
  yield* Effect.promise(() => makeFolder(values.keep ?? "."))
  const bytes = yield* Effect.promise(() => readFile(fileOf(seed)).catch(() => undefined))
  if (bytes === undefined) return undefined
  const value = unpack(bytes)
  return yield* Schema.decodeUnknownEffect(Kept)(E.isRight(value) ? value.right : undefined)
})

const trained = Effect.fn(function* (trial: Trial, seed: number) {
  const family = metaworldFamilies.find(({ id }) => id === `metaworld-mt1-${name}`)
  if (family === undefined) return yield* Effect.die(`no task ${name}`)
  const { algorithm, environments, iteration, part } = trial
  const { environment } = family
  const { tasks: goals } = yield* right(family.tasks({ n: 50 }))
  const policy = yield* right(algorithm.makePolicy(environment, trial.network))
  // One task whose resets draw one of the goals.
  const problem = { environment, tasks: [{ id: name, params: {} }], policy, environmentsPerTask: environments }
  const steps = values.steps === undefined ? trial.steps : Number(values.steps)
  const iterations = Math.ceil(steps / part) * (part / iteration)
  const learner = yield* algorithm.learner(trial.config, { ...problem, stepsPerTask: iteration, iterations })
  const evaluate = yield* evaluator({ ...problem, tasks: goals, environmentsPerTask: 1 })
  const before = yield* found(seed)
  let state =
    before === undefined ? yield* learner.init(child(zeroKey, seed)) : yield* right(learner.load(before.saved))
  let seconds = before?.seconds ?? 0
  const rows = [...(before?.rows ?? [])]
  for (const row of rows) yield* Console.log(row)
  let solved = before?.solved ?? false
  while (!solved && state.iteration < iterations) {
    const start = performance.now()
    for (let i = 0; i < part / iteration; i++) state = (yield* learner.iterate(state)).state
    seconds += (performance.now() - start) / 1000
    const key = child(zeroKey, "test", seed, state.steps)
    const seen = yield* evaluate(state.policy, { episodes: 1, actions: "mode" }, key, state.moments)
    const good = seen.filter((e) => e.successes?.[0] === true).length
    const meanReturn = seen.reduce((sum, e) => sum + e.meanReturn, 0) / seen.length
    solved = good >= ENOUGH * goals.length
    rows.push(`| ${seed} | ${state.steps} | ${seconds.toFixed(0)} | ${meanReturn.toFixed(0)} | ${good} |`)
    yield* Console.log(rows.at(-1))
    yield* keep(seed, { saved: learner.save(state), rows, seconds, solved })
  }
})

const program = Effect.gen(function* () {
  const trial = trials[values.learner]
  if (trial === undefined) return yield* Effect.die(`Want --learner sac or ppo, got "${values.learner}"`)
  const session = yield* native({ threads: 1 })
  yield* Console.log(`| seed | steps | seconds of training | mean return | of 50 goals solved |`)
  yield* Console.log("| --- | --- | --- | --- | --- |")
  for (const seed of seeds) yield* Effect.provideService(Effect.scoped(trained(trial, seed)), Session, session)
})

await Effect.runPromise(Effect.scoped(program))
