/**
 * Does soft actor-critic land? Trains on LunarLanderContinuous-v3 and prints what each seed's policy is worth as it learns.
 *
 * bun run experiments/sac_lander.ts [steps] [seed …]
 */
import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { evaluator, type Sac, sac } from "../algorithms/mod.ts"
import { Session } from "../core/pipeline/session.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { lunarLanderContinuous } from "../envs/mod.ts"
import { make as native } from "../plugins/session_native/mod.ts"

const [total = "200000", ...named] = process.argv.slice(2)
const seeds = named.length > 0 ? named.map(Number) : [0, 1, 2]

/** RL Baselines3 Zoo's settings, but for smaller networks and a learning rate that does not fall. */
const config: Sac = { ...sac.defaults, learningRate: 7.3e-4, learningStarts: 10_000, tau: 0.01 }
const network = { layers: 2, width: 128, activation: "relu", taskOneHot: false } as const

/** Steps between two lines of the table, and episodes each is a mean of. */
const [PART, EPISODES] = [20_000, 100]

const trained = Effect.fn(function* (seed: number) {
  const policy = sac.makePolicy(lunarLanderContinuous, network)
  if (E.isLeft(policy)) return yield* policy.left
  const tasks = [{ id: "only", params: {} }]
  const problem = { environment: lunarLanderContinuous, tasks, policy: policy.right, environmentsPerTask: 1 }
  const iterations = Number(total) / PART
  const learner = yield* sac.learner(config, { ...problem, stepsPerTask: PART, iterations })
  const evaluate = yield* evaluator({ ...problem, environmentsPerTask: 20 })
  let state = yield* learner.init(child(zeroKey, seed))
  const began = performance.now()
  for (let i = 0; i < iterations; i++) {
    state = (yield* learner.iterate(state)).state
    const key = child(zeroKey, "test", seed, i)
    const [seen] = yield* evaluate(state.policy, { episodes: EPISODES, actions: "mode" }, key)
    const landed = (seen?.returns ?? []).filter((r) => r >= 200).length
    const minutes = ((performance.now() - began) / 60_000).toFixed(1)
    yield* Console.log(`| ${seed} | ${state.steps} | ${seen?.meanReturn.toFixed(1)} | ${landed} | ${minutes} |`)
  }
})

const program = Effect.gen(function* () {
  const session = yield* native({ threads: 1 })
  yield* Console.log("| seed | steps | mean return | of 100 episodes with 200 or more | minutes |")
  yield* Console.log("| ---- | ----- | ----------- | -------------------------------- | ------- |")
  for (const seed of seeds) yield* Effect.provideService(Effect.scoped(trained(seed)), Session, session)
})

await Effect.runPromise(Effect.scoped(program))
