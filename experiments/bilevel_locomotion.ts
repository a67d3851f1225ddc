/**
 * Bilevel meta-learning of half-cheetahs and ants beside MAML-TRPO, ProMP and E-MAML at equal samples (Xu and Zhu, NeurIPS 2024,
 * Figures 2 and 5), in MuJoCo, which needs `pgex assets get gymnasium` once. What the folder holds is not computed again.
 *
 * bun run experiments/bilevel_locomotion.ts [iterations] [seeds] [folder] [family …]
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem, Path, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import {
  type Algorithm,
  type BoMrl,
  boMrl,
  emaml,
  type Maml,
  mamlTrpo,
  promp,
  type State,
  untyped
} from "../algorithms/mod.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import { mean } from "../core/stat/mod.ts"
import type { Family } from "../envs/mod.ts"
import { antDirection, antVelocity, halfCheetahDirection, halfCheetahVelocity } from "../plugins/mujoco/mod.ts"
import { make as native } from "../plugins/sessions/native/mod.ts"
import { locomotionTable, type Row, Rows } from "./bilevel/locomotion.ts"

const [iterations = "60", seeds = "3", folder = "runs/bilevel-locomotion", ...named] = process.argv.slice(2)

/** Episodes of one rollout and their steps; the paper: 20 (40 for the ant's directions) and 200, for 500 iterations. */
const [EPISODES, LENGTH] = [10, 100]
/** Steps of the adaptation at the test, and tasks of it. */
const [STEPS, TESTED] = [3, 10]
const network = { layers: 2, width: 64, activation: "tanh", taskOneHot: false } as const

const families: Readonly<Record<string, { readonly family: Family; readonly n: number }>> = {
  "halfcheetah-direction": { family: halfCheetahDirection, n: 2 },
  "halfcheetah-velocity": { family: halfCheetahVelocity, n: 4 },
  "ant-direction": { family: antDirection, n: 2 },
  "ant-velocity": { family: antVelocity, n: 4 }
}

/** One trust region for all that have one, chosen for MAML-TRPO on seed 100; α = 1 tells tasks apart that want the opposite. */
const trust = { ...boMrl.defaults.trust, kl: 0.03 }
/** D₁ with the paper's λ; damped beyond what the sampled inner problems of seed 100 needed. */
const bilevel: BoMrl = {
  ...boMrl.defaults,
  hypergradient: { ...boMrl.defaults.hypergradient, damping: 10 },
  trust
}
const meta = (algorithm: Algorithm<Maml>): Maml => ({
  ...algorithm.defaults,
  inner: { ...algorithm.defaults.inner, rate: 1 },
  outer: { ...algorithm.defaults.outer, trust: { ...algorithm.defaults.outer.trust, kl: trust.kl } }
})

const learners = {
  "bo-mrl": [untyped(boMrl), bilevel],
  "maml-trpo": [untyped(mamlTrpo), meta(mamlTrpo)],
  promp: [untyped(promp), meta(promp)],
  emaml: [untyped(emaml), meta(emaml)]
} as const

const order = ["bo-mrl", "maml-trpo", "promp", "emaml"] as const
/** The version of MuJoCo that takes a step in the least time. */
const mujoco = "3.3.8"

const right = <A>(either: E.Either<{ readonly message: string }, A>): Effect.Effect<A> =>
  E.isRight(either) ? Effect.succeed(either.right) : Effect.die(either.left.message)

/** One training and its test. */
const trained = Effect.fn(function* (name: string, learnerName: keyof typeof learners, seed: number) {
  const { family, n } = families[name]!
  const [algorithm, config] = learners[learnerName]
  const { environment } = family
  const policy = yield* right(algorithm.makePolicy(environment, network))
  const { tasks } = yield* right(family.tasks({ n, mujoco }))
  const problem = { environment, policy, environmentsPerTask: EPISODES }
  const total = Number(iterations)
  const stepsPerTask = 2 * EPISODES * LENGTH
  const learner = yield* algorithm.learner(config, { ...problem, tasks, stepsPerTask, iterations: total })
  let state: State = yield* learner.init(child(zeroKey, seed))
  const [before, after]: [number[], number[]] = [[], []]
  for (let i = 0; i < total; i++) {
    const { rows, state: next } = yield* learner.iterate(state)
    state = next
    before.push(mean(rows.map((r) => r.metrics.rewardBefore ?? Number.NaN)))
    after.push(mean(rows.map((r) => r.metrics.rewardAfter ?? Number.NaN)))
  }
  const unseen = yield* right(family.draw({ mujoco }, child(zeroKey, "test"), n === 2 ? 2 : TESTED))
  const make = algorithm.adapter ?? (() => Effect.die("no adapter"))
  const { adapt } = yield* make(config, { ...problem, tasks: unseen.tasks, stepsPerTask: EPISODES * LENGTH })
  const adapted = yield* adapt(state, STEPS, child(zeroKey, "test", seed))
  const test = Array.from({ length: STEPS + 1 }, (_, k) => mean(adapted.map((a) => a.rollouts[k]!.meanReward)))
  return { family: name, learner: learnerName, seed, iterations: total, before, after, test } satisfies Row
})

const program = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* files.makeDirectory(folder, { recursive: true })
  const kept = path.join(folder, "rows.json")
  const rows: Row[] = (yield* files.exists(kept))
    ? [...(yield* Schema.decodeEffect(Rows)(yield* files.readFileString(kept)))]
    : []
  const session = yield* native({ threads: 1 })
  for (let seed = 0; seed < Number(seeds); seed++)
    for (const family of named.length > 0 ? named : Object.keys(families))
      for (const learner of order) {
        if (rows.some((r) => r.family === family && r.learner === learner && r.seed === seed)) continue
        const done = yield* Effect.result(
          Effect.scoped(trained(family, learner, seed)).pipe(Effect.provideService(Session, session))
        )
        if (done._tag === "Failure") {
          yield* Console.error(`${family}, ${learner}, seed ${seed}: ${done.failure.message}`)
          continue
        }
        const row = done.success
        rows.push(row)
        yield* files.writeFileString(`${kept}.part`, `${JSON.stringify(rows)}\n`)
        yield* files.rename(`${kept}.part`, kept)
        yield* Console.error(`${family}, ${learner}, seed ${seed}: ${row.test.map((x) => x.toFixed(2)).join(" ")}`)
      }
  yield* Console.log(locomotionTable(rows))
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provide(NodeServices.layer)))
