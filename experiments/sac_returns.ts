/**
 * What does soft actor-critic reach, and when? Trains on one environment and prints what each seed's policy is worth as it
 * learns.
 *
 * bun run experiments/sac_returns.ts lander|pendulum|cartpole [seed …]
 */
import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { evaluator, type Sac, sac } from "../algorithms/mod.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import { cartPole, type Environment, lunarLanderContinuous, pendulum } from "../envs/mod.ts"
import { make as native } from "../plugins/sessions/native/mod.ts"

interface Trial {
  readonly environment: Environment
  readonly config: Partial<Sac>
  readonly width: number
  /** Steps of the whole training, and between two lines of the table. */
  readonly steps: number
  readonly part: number
  /** The mean return aimed at. */
  readonly goal: number
  /** Learns from rewards over the deviation of discounted returns. */
  readonly normaliseReward?: boolean
}

const trials: Readonly<Record<string, Trial>> = {
  // RL Baselines3 Zoo's settings, but for smaller networks, a learning rate that does not fall, and rewards normalised:
  // as they are, in the hundreds, some seeds learn to hover and keep to it.
  lander: {
    environment: lunarLanderContinuous,
    config: { learningRate: 7.3e-4, learningStarts: 10_000, tau: 0.01 },
    width: 128,
    steps: 200_000,
    part: 20_000,
    goal: 200,
    normaliseReward: true
  },
  pendulum: {
    environment: pendulum,
    config: { learningRate: 1e-3, tau: 0.01 },
    width: 64,
    steps: 20_000,
    part: 5000,
    goal: -180
  },
  cartpole: {
    environment: cartPole,
    config: { learningRate: 2e-3, learningStarts: 500, tau: 0.01, batch: 128 },
    width: 64,
    steps: 30_000,
    part: 5000,
    goal: 475
  }
}

const [name = "", ...named] = process.argv.slice(2)
const seeds = named.length > 0 ? named.map(Number) : [0, 1, 2]
const EPISODES = 100

const trained = Effect.fn(function* (trial: Trial, seed: number) {
  const { environment, config, width, steps, part, goal, normaliseReward = false } = trial
  const normalise = { observation: false, reward: normaliseReward }
  const policy = sac.makePolicy(environment, { layers: 2, width, activation: "relu", taskOneHot: false, normalise })
  if (E.isLeft(policy)) return yield* Effect.fail(policy.left)
  const tasks = [{ id: "only", params: {} }]
  const problem = { environment, tasks, policy: policy.right, environmentsPerTask: 1 }
  const iterations = steps / part
  const learner = yield* sac.learner({ ...sac.defaults, ...config }, { ...problem, stepsPerTask: part, iterations })
  const evaluate = yield* evaluator({ ...problem, environmentsPerTask: 20 })
  let state = yield* learner.init(child(zeroKey, seed))
  for (let i = 0; i < iterations; i++) {
    state = (yield* learner.iterate(state)).state
    const key = child(zeroKey, "test", seed, i)
    const [seen] = yield* evaluate(state.policy, { episodes: EPISODES, actions: "mode" }, key, state.moments)
    const good = (seen?.returns ?? []).filter((r) => r >= goal).length
    yield* Console.log(`| ${seed} | ${state.steps} | ${seen?.meanReturn.toFixed(1)} | ${good} |`)
  }
})

const program = Effect.gen(function* () {
  const trial = trials[name]
  if (trial === undefined) return yield* Effect.fail(`Want one of ${Object.keys(trials).join(", ")}, got "${name}"`)
  const session = yield* native({ threads: 1 })
  yield* Console.log(`| seed | steps | mean return | of ${EPISODES} episodes with ${trial.goal} or more |`)
  yield* Console.log("| --- | --- | --- | --- |")
  for (const seed of seeds) yield* Effect.provideService(Effect.scoped(trained(trial, seed)), Session, session)
})

await Effect.runPromise(Effect.scoped(program))
