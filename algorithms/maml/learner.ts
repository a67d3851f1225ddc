/** What a meta-learner gives to the training loop: rollouts and inner steps of all tasks together, then an outer step. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { exp } from "../../core/math/mod.ts"
import type { Optimizer } from "../../core/optim/mod.ts"
import { perExample } from "../../core/program/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import { mean } from "../../core/stat/mod.ts"
import type { TaskRow, TrainingProblem } from "../algorithm.ts"
import { combiner, gramProgram } from "../combination.ts"
import { environmentRunner, pauseEvery } from "../environment_runner.ts"
import { problemError } from "../error.ts"
import { trainingLoop } from "../loop.ts"
import type { Played } from "../meta/advantage.ts"
import { innerLoop, type RolloutData } from "../meta/inner_loop.ts"
import { parts } from "../meta/sample.ts"
import { updateMoments } from "../normalise.ts"
import { checked } from "./check.ts"
import type { Maml, Order } from "./config.ts"
import { gradientStep } from "./inner_step.ts"
import { metaGradientProgram, metaSize, metricNames } from "./mathematics.ts"
import { type Outer, optimizerOuter, trustOuter } from "./outer.ts"

/** What distinguishes one meta-learner from the others. */
export interface Kind {
  readonly id: string
  readonly version: string
  readonly order: Order
  /** Of the outer learner, but for a trust region, which finds its own step. */
  readonly optimizer: Optimizer<string>
}

/** Makes a meta-training ready: compiles its programs once and takes its memory, both given back with the scope. */
export const learner = (kind: Kind) =>
  Effect.fn("maml.learner")(function* (c: Maml, problem: TrainingProblem) {
    const { tasks, policy, environmentsPerTask, aggregator } = problem
    const rolloutSteps = yield* fromEither(checked(c, kind.order, problem))
    const session = yield* Session
    const Real = realOf(session)
    const size = metaSize(c, policy)
    const count = tasks.length
    const x = yield* environmentRunner(problem, zeroKey, Real)
    const at = { theta: yield* session.buffer([policy.size]), rate: yield* session.buffer([policy.size]) }
    const inner = yield* innerLoop(c, problem, x, rolloutSteps, gradientStep(c, policy, count, at.rate))
    const data = Array.from({ length: c.inner.steps + 1 }, inner.data)
    const objective = { config: c, order: kind.order, policy, n: rolloutSteps * environmentsPerTask }
    const batched = ["score", ...data.flatMap((_, k) => parts.map((part) => part + k))]
    const differentiating = yield* session.compile(
      yield* fromEither(pipe(metaGradientProgram(objective), E.chain(perExample({ batched, size: count }))))
    )
    const gradient = yield* session.buffer([count, size])
    const place = { ...at, gradient, batched }
    const outer: Outer =
      c.outer.learner === "trpo"
        ? yield* trustOuter(objective, count, place)
        : yield* optimizerOuter(c, kind.optimizer, policy, count, place)
    const out = { loss: new Real(count), kl: new Real(count), gradientNorm: new Real(count) }
    const pause = pauseEvery(differentiating.cost.flops)
    const combining = aggregator === undefined ? undefined : combiner(aggregator, count, Real)
    const gram = combining && (yield* session.compile(yield* fromEither(gramProgram(count, size))))
    const gramCall = combining && gram?.run({ taskGradients: gradient }, { gram: combining.gram })
    /** Of the tasks in the outer step. */
    let weight: Float64Array = new Float64Array(count)
    const own = ["rate", ...Object.keys(outer.carried), "weight"]

    return yield* trainingLoop({
      id: kind.id,
      version: kind.version,
      config: c,
      anneals: false,
      problem,
      Real,
      x,
      valueSize: 0,
      arrays: [...own, ...(combining?.names ?? [])],
      streams: combining === undefined ? [] : ["combination"],
      first: Effect.fnUntraced(function* ({ key, start, given }) {
        // A group of one may go on from what was learned on all; from nothing, its one task needs no meta-learner.
        if (count < 2 && start.policy === undefined) {
          const want = "two or more, or start.policy to go on from (for one task alone use ppo or sac)"
          return yield* Effect.fail(problemError("tasks", want, String(count)))
        }
        const carried = Object.entries(outer.carried).map(([name, length]) => [name, new Real(length)] as const)
        return {
          policy: yield* given("policy", () => policy.init(key)),
          value: yield* given("value", () => new Real(0)),
          arrays: {
            rate: new Real(policy.size).fill(c.inner.rate),
            ...Object.fromEntries(carried),
            ...(aggregator === undefined ? {} : combiner(aggregator, count, Real).save()),
            weight: new Real(count).fill(1 / count)
          }
        }
      }),
      write: Effect.fnUntraced(function* (s) {
        yield* session.write(at.theta, s.policy)
        combining?.load(s.arrays)
        for (const name of own) {
          const saved = s.arrays[name]
          if (saved === undefined)
            return yield* Effect.fail(problemError(`state.arrays.${name}`, "what init() gave", "nothing"))
          if (name === "rate") yield* session.write(at.rate, saved)
          else if (name === "weight") weight = Float64Array.from(saved)
          else yield* outer.restore(name, saved)
        }
      }),
      read: Effect.gen(function* () {
        return {
          policy: yield* session.read(at.theta),
          value: new Real(0),
          arrays: {
            rate: yield* session.read(at.rate),
            ...(yield* outer.read),
            ...combining?.save(),
            weight: Real.from(weight)
          }
        }
      }),
      iterate: Effect.fnUntraced(function* ({ state, actions, streams, memory: past, watch, fail }) {
        yield* inner.start(state.policy)
        const rollouts: (readonly Played[])[] = []
        // All rollouts of an iteration are normalised alike; together they are taken in.
        let memory = past
        for (const [k, into] of data.entries()) {
          const rolled = yield* inner.play(actions, into)
          if (rolled.broken.length > 0) return yield* Effect.fail(fail("reward or log-probability", rolled.broken))
          if (k < c.inner.steps) yield* inner.learner.step(into, k)
          rollouts.push(rolled.played)
          memory = updateMoments(policy, memory, inner.rows, c.gamma, tasks)
        }
        yield* fromEither(x.normaliser.set(memory.moments))
        const before = rollouts[0]!
        const after = rollouts[rollouts.length - 1]!
        const score = standardised(worthOf(after))
        weight = towardsWorst(c.outer.robust, state.arrays.weight ?? [], score)
        const inputs = { theta: at.theta, rate: at.rate, score, ...numbered(data) }
        let moved: Readonly<Record<string, number>> = {}
        for (let epoch = 0; epoch < c.outer.epochs; epoch++) {
          yield* differentiating.run(inputs, { gradient, ...out })
          const odd = tasks.flatMap((_, t) => (metricNames.every((f) => Number.isFinite(out[f][t])) ? [] : [t]))
          if (odd.length > 0) return yield* Effect.fail(fail("loss or meta-gradient", odd))
          if (combining !== undefined && gramCall !== undefined) {
            yield* gramCall
            combining.losses.set(out.loss)
            combining.weigh(streams.combination!, state.iteration)
            weight = Float64Array.from(combining.weights)
          }
          moved = yield* outer.step(inputs, weight)
          watch({ ...moved, ...Object.fromEntries(metricNames.map((f) => [f, mean(out[f])])) })
          yield* pause
        }
        const rows = tasks.map(({ id }, t): TaskRow => {
          const { episodes, meanReturn, meanLength, meanReward } = after[t]!
          const metrics = {
            rewardBefore: before[t]!.meanReward,
            rewardAfter: meanReward,
            ...(before[t]!.meanReturn === undefined ? {} : { returnBefore: before[t]!.meanReturn }),
            ...Object.fromEntries(metricNames.map((f) => [f, out[f][t]!])),
            weight: weight[t]!,
            ...moved
          }
          return { task: id, episodes, meanReturn, meanLength, metrics }
        })
        return { rows, steps: data.length * objective.n * count, memory }
      })
    })
  })

/** The rollouts under the names that the meta-gradient's program gives them. */
const numbered = (data: readonly RolloutData[]): Record<string, Float32Array | Float64Array> =>
  Object.fromEntries(data.flatMap((d, k) => parts.map((part) => [part + k, d[part]])))

/** Mean 0, deviation 1; all 0 where they do not differ. */
const standardised = (x: readonly number[]): number[] => {
  const centre = mean(x)
  const deviation = Math.sqrt(mean(x.map((v) => (v - centre) * (v - centre))))
  return x.map((v) => (deviation > 0 ? (v - centre) / deviation : 0))
}

/** How tasks did: mean returns, or mean rewards a step where a task's episodes are longer than the rollout. */
const worthOf = (all: readonly Played[]): readonly number[] => {
  const returns = all.flatMap((p) => (p.meanReturn === undefined ? [] : [p.meanReturn]))
  return returns.length === all.length ? returns : all.map((p) => p.meanReward)
}

/**
 * Task weights moved towards the tasks that do worst.
 *
 *     w_i ∝ w_i·exp(−η·z_i),   z = returns after adaptation, standardised over tasks
 *
 * - Source: Collins et al., arXiv:2002.04766, algorithm 1. Differs: the step on the simplex is multiplicative, and η has
 *   no unit.
 */
export const towardsWorst = (eta: number, weight: ArrayLike<number>, z: readonly number[]): Float64Array => {
  const next = Float64Array.from(weight, (w, i) => w * exp(-eta * z[i]!))
  const total = next.reduce((a, b) => a + b, 0)
  return next.map((w) => w / total)
}
