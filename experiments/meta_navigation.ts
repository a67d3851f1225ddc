/**
 * What a meta-learner is worth on goals it never saw, by the goals it learned from: all around, in one arc, or most of
 * them in one arc (Zhang et al., Figure 3).
 *
 * bun run experiments/meta_navigation.ts [iterations] [seeds] [learner]
 */
import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Learner, State } from "../algorithms/mod.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { Session } from "../core/service/session.ts"
import { mean, tInterval } from "../core/stat/mod.ts"
import { type Family, navigation, navigationBiased, navigationPartial, navigationUniform } from "../envs/mod.ts"
import { catalog } from "../plugins/loading/catalog/mod.ts"
import { make as native } from "../plugins/sessions/native/mod.ts"

const [iterations = "20", seeds = "5", id = "maml-trpo"] = process.argv.slice(2)

/** Goals to learn from, goals to test on, episodes of one rollout of a goal, steps of an episode. */
const [GOALS, UNSEEN, EPISODES, LENGTH] = [10, 50, 20, 100]
/** Adaptation steps at the test; meta-training takes one. */
const STEPS = 3
const network = { layers: 2, width: 32, activation: "tanh", taskOneHot: false } as const
const families = { uniform: navigationUniform, partial: navigationPartial, biased: navigationBiased }

const trained = Effect.fnUntraced(function* (learner: Learner, from: State) {
  let state = from
  for (let i = 0; i < Number(iterations); i++) state = (yield* learner.iterate(state)).state
  return state
})

/** Mean return on the unseen goals before adaptation and after each of its steps. */
const worth = Effect.fn(function* (family: Family, seed: number) {
  const algorithm = catalog.algorithms.find((a) => a.id === id)
  if (algorithm?.adapter === undefined) return yield* Effect.die(`Cannot run ${id}: want a meta-learner`)
  const policy = yield* right(algorithm.makePolicy(navigation, network))
  const config = algorithm.defaults
  const problem = { environment: navigation, policy, environmentsPerTask: EPISODES }
  const { tasks } = yield* right(family.tasks({ n: GOALS }))
  const stepsPerTask = 2 * EPISODES * LENGTH
  const learner = yield* algorithm.learner(config, { ...problem, tasks, stepsPerTask, iterations: Number(iterations) })
  const state = yield* trained(learner, yield* learner.init(child(zeroKey, seed)))
  const { tasks: unseen } = yield* right(navigationUniform.draw({}, child(zeroKey, "unseen", seed), UNSEEN))
  const { adapt } = yield* algorithm.adapter(config, { ...problem, tasks: unseen, stepsPerTask: EPISODES * LENGTH })
  const adapted = yield* adapt(state, STEPS, child(zeroKey, "test", seed))
  return Array.from({ length: STEPS + 1 }, (_, k) => mean(adapted.map((a) => a.rollouts[k]?.meanReturn ?? Number.NaN)))
})

const right = <A>(either: E.Either<{ readonly message: string }, A>): Effect.Effect<A> =>
  E.isRight(either) ? Effect.succeed(either.right) : Effect.die(either.left.message)

const show = (values: readonly number[]): string => {
  const t = tInterval(values)
  const digits = (x: number) => x.toFixed(1)
  return E.isRight(t)
    ? `${digits(t.right.estimate)} (${digits(t.right.low)} to ${digits(t.right.high)})`
    : values.map(digits).join(" ")
}

const program = Effect.gen(function* () {
  const session = yield* native({ threads: 1 })
  const found = new Map<string, readonly (readonly number[])[]>()
  const steps = Array.from({ length: STEPS }, (_, k) => ` after ${k + 1} |`)
  yield* Console.log(`| goals learned from | before |${steps.join("")} seeds in which adapting raises it |`)
  for (const [name, family] of Object.entries(families)) {
    const rows: (readonly number[])[] = []
    for (let seed = 0; seed < Number(seeds); seed++) {
      const row = yield* Effect.scoped(worth(family, seed)).pipe(Effect.provideService(Session, session))
      yield* Console.error(`${name} seed ${seed}: ${row.map((x) => x.toFixed(1)).join(" ")}`)
      rows.push(row)
    }
    found.set(name, rows)
    const at = Array.from({ length: STEPS + 1 }, (_, k) => ` ${show(rows.map((r) => r[k]!))} |`)
    const rising = [...Array(STEPS).keys()].map((k) => rows.filter((r) => r[k + 1]! > r[0]!).length)
    yield* Console.log(`| ${name} |${at.join("")} ${rising.join(", ")} of ${rows.length} |`)
  }
  const all = found.get("uniform") ?? []
  for (const name of ["partial", "biased"])
    for (let k = 1; k <= STEPS; k++) {
      const ahead = all.map((r, seed) => r[k]! - (found.get(name)?.[seed]?.[k] ?? Number.NaN))
      const seedsAhead = `${ahead.filter((d) => d >= 0).length} of ${ahead.length} seeds`
      yield* Console.log(`uniform less ${name}, after ${k}: ${show(ahead)}, ahead in ${seedsAhead}`)
    }
})

await Effect.runPromise(Effect.scoped(program))
