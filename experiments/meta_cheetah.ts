/**
 * Do half-cheetahs learn to adapt? MAML-TRPO on two directions, or on velocities to keep, of HalfCheetah-v5 in MuJoCo, which needs
 * `pgex assets get gymnasium` once; or of gymnasium:HalfCheetah-v5, which needs a Python with gymnasium and mujoco.
 *
 * bun run experiments/meta_cheetah.ts [direction|velocity] [iterations] [--bridge] [seed …]
 */

import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Maml, mamlTrpo } from "../algorithms/mod.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import { mean } from "../core/stat/mod.ts"
import { gymnasium } from "../plugins/gymnasium/mod.ts"
import { halfCheetahDirection, halfCheetahVelocity } from "../plugins/mujoco/mod.ts"
import { make as native } from "../plugins/sessions/native/mod.ts"

const bridged = process.argv.includes("--bridge")
const [kind = "direction", iterations = "300", ...named] = process.argv.slice(2).filter((word) => word !== "--bridge")
const seeds = named.length > 0 ? named.map(Number) : [0, 1, 2]

/** Episodes of one rollout of a task, and their steps: as many as Finn et al. give each. */
const [EPISODES, LENGTH] = [20, 100]
const network = { layers: 2, width: 64, activation: "tanh", taskOneHot: false } as const
/** Two tasks that want the opposite are told apart by a longer step than goals on a circle. */
const config: Maml = { ...mamlTrpo.defaults, inner: { ...mamlTrpo.defaults.inner, rate: 1 } }

const families = {
  direction: [
    halfCheetahDirection,
    "gymnasium:HalfCheetah-v5",
    { n: 2, parameter: "forward_reward_weight", values: "1,-1" }
  ],
  velocity: [
    halfCheetahVelocity,
    "gymnasium:HalfCheetah-v5?target=velocity",
    { n: 6, parameter: "target_velocity", from: 0, to: 2 }
  ]
} as const

const right = <A>(either: E.Either<{ readonly message: string }, A>): Effect.Effect<A> =>
  E.isRight(either) ? Effect.succeed(either.right) : Effect.die(either.left.message)
const program = Effect.gen(function* () {
  const python = yield* Effect.acquireRelease(Effect.sync(gymnasium), (source) => Effect.sync(() => source.close()))
  const [own, id, options] = kind === "velocity" ? families.velocity : families.direction
  const { environment, tasks: tasksOf } = bridged ? yield* right(python.family(id)) : own
  const { tasks } = yield* right(tasksOf(bridged ? options : { n: options.n }))
  const policy = yield* right(mamlTrpo.makePolicy(environment, network))
  const session = yield* native({ threads: 1 })
  const stepsPerTask = 2 * EPISODES * LENGTH
  const total = Number(iterations)
  const problem = { environment, tasks, policy, environmentsPerTask: EPISODES, stepsPerTask, iterations: total }
  yield* Console.log("| seed | iterations | reward a step before adaptation | after | by task |")
  yield* Console.log("| ---- | ---------- | ------------------------------- | ----- | ------- |")
  const one = Effect.fn(function* (seed: number) {
    const learner = yield* mamlTrpo.learner(config, problem)
    let state = yield* learner.init(child(zeroKey, seed))
    const part = Math.max(1, Math.floor(total / 10))
    let seen: (readonly [before: number, after: number])[][] = []
    for (let i = 1; i <= total; i++) {
      const { rows, state: next } = yield* learner.iterate(state)
      state = next
      const figure = (x: number | undefined) => x ?? Number.NaN
      seen.push(rows.map((r) => [figure(r.metrics.rewardBefore), figure(r.metrics.rewardAfter)]))
      if (i % part !== 0) continue
      const by = tasks.map((_, t) => mean(seen.map((s) => s[t]![1])).toFixed(2))
      const [before, after] = [0, 1].map((k) => mean(seen.flatMap((s) => s.map((x) => x[k]!))).toFixed(3))
      yield* Console.log(`| ${seed} | ${i - part + 1} to ${i} | ${before} | ${after} | ${by.join(", ")} |`)
      seen = []
    }
  })
  for (const seed of seeds) yield* Effect.scoped(one(seed)).pipe(Effect.provideService(Session, session))
})

await Effect.runPromise(Effect.scoped(program))
