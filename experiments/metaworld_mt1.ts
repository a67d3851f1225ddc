/**
 * Does soft actor-critic solve Meta-World's tasks? Trains on MT1 of a task and prints, as it learns, on how many of the 50
 * goals, each played once, the task is solved in any of 500 steps.
 *
 * bun run experiments/metaworld_mt1.ts reach-v3|door-open-v3|drawer-close-v3|… [seed …]        needs: pgex assets get metaworld
 */
import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { evaluator, type Sac, sac } from "../algorithms/mod.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import { metaworldFamilies } from "../plugins/metaworld/mod.ts"
import { make as native } from "../plugins/sessions/native/mod.ts"

const [name = "reach-v3", ...named] = process.argv.slice(2)
const seeds = named.length > 0 ? named.map(Number) : [0, 1, 2]

/** Steps of a training, and between two lines of the table. */
const [STEPS, PART] = [100_000, 5000]
/** A task is solved for good where so many of its goals are. */
const ENOUGH = 0.9

const config: Sac = { ...sac.defaults, learningRate: 3e-4, learningStarts: 2000, batch: 128 }
const network = { layers: 2, width: 128, activation: "relu", taskOneHot: false } as const

const right = <A>(either: E.Either<{ readonly message: string }, A>): Effect.Effect<A> =>
  E.isRight(either) ? Effect.succeed(either.right) : Effect.die(either.left.message)

const trained = Effect.fn(function* (seed: number) {
  const family = metaworldFamilies.find(({ id }) => id === `metaworld-mt1-${name}`)
  if (family === undefined) return yield* Effect.die(`no task ${name}`)
  const { environment } = family
  const { tasks: goals } = yield* right(family.tasks({ n: 50 }))
  const policy = yield* right(
    sac.makePolicy(environment, { ...network, normalise: { observation: false, reward: true } })
  )
  // One task whose resets draw one of the goals.
  const problem = { environment, tasks: [{ id: name, params: {} }], policy, environmentsPerTask: 1 }
  const learner = yield* sac.learner(config, { ...problem, stepsPerTask: PART, iterations: STEPS / PART })
  const evaluate = yield* evaluator({ ...problem, tasks: goals, environmentsPerTask: 1 })
  const start = performance.now()
  let state = yield* learner.init(child(zeroKey, seed))
  for (let i = 0; i < STEPS / PART; i++) {
    state = (yield* learner.iterate(state)).state
    const seconds = (performance.now() - start) / 1000
    const key = child(zeroKey, "test", seed, i)
    const seen = yield* evaluate(state.policy, { episodes: 1, actions: "mode" }, key, state.moments)
    const solved = seen.filter((e) => e.successes?.[0] === true).length
    const worth = seen.reduce((sum, e) => sum + e.meanReturn, 0) / seen.length
    yield* Console.log(`| ${seed} | ${state.steps} | ${seconds.toFixed(0)} | ${worth.toFixed(0)} | ${solved} |`)
    if (solved >= ENOUGH * goals.length) return
  }
})

const program = Effect.gen(function* () {
  const session = yield* native({ threads: 1 })
  yield* Console.log(`| seed | steps | seconds of training | mean return | of 50 goals solved |`)
  yield* Console.log("| --- | --- | --- | --- | --- |")
  for (const seed of seeds) yield* Effect.provideService(Effect.scoped(trained(seed)), Session, session)
})

await Effect.runPromise(Effect.scoped(program))
