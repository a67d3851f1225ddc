/** What an on-policy learner gives to the training loop: a rollout of all tasks together, then an update. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { linearRate } from "../../core/optim/mod.ts"
import { size } from "../../core/program/mod.ts"
import { child, type Floats, stream, zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { TrainingProblem } from "../algorithm.ts"
import { checkSeveral, combiner } from "../combination.ts"
import {
  actProgram,
  environmentRunner,
  makeRolloutBuffer,
  pauseEvery,
  rollout,
  stepsOfEach
} from "../environment_runner.ts"
import { problemError } from "../error.ts"
import { trainingLoop } from "../loop.ts"
import { updateMoments } from "../normalise.ts"
import type { Policy } from "../policy.ts"
import type { MakeRollouts } from "../rollouts.ts"
import { headsOf } from "../scaled_heads.ts"
import { estimator, makeEstimates } from "./advantage.ts"
import { linearEstimate } from "./linear_advantage.ts"
import { networks } from "./networks.ts"
import { loopDefaults, type OnPolicy, withBudget } from "./objective.ts"
import { checkPopArt, firstScaled, rescale } from "./pop_art.ts"
import { checkTold, regulariser } from "./prior.ts"
import { brokenTasks, byName, taskRows } from "./rows.ts"
import { deviceState } from "./step.ts"
import { updater } from "./update.ts"

/**
 * Steps of each environment in an iteration.
 *
 * Errors: `ArgumentError` for steps that the environments cannot share equally, for a limit on a metric that there is not, for a
 * combination of one gradient or by losses where none is learned, and for a policy that is told nothing where it is to stay near what it is then.
 */
export const checked = <C>(
  { id, metrics, loop, prior }: Pick<OnPolicy<C>, "id" | "metrics" | "loop" | "prior">,
  c: C,
  problem: TrainingProblem
): E.Either<ArgumentError, number> => {
  const { klStop, popArt, baseline } = { ...loopDefaults, ...loop(c) }
  const several = checkSeveral(problem)
  if (E.isLeft(several)) return several
  if (baseline === "linear" && problem.aggregator?.by === "losses") {
    const want = "one that goes by gradients with baseline linear, which leaves no loss that is never negative"
    return E.left(problemError("aggregator", want, problem.aggregator.id))
  }
  const told = prior === undefined ? several : checkTold(problem, id)
  if (E.isLeft(told)) return told
  const scaling = checkPopArt(problem, { popArt, baseline })
  if (E.isLeft(scaling)) return scaling
  if (klStop === "off" || metrics.includes("kl")) return stepsOfEach(problem)
  return E.left(problemError("klStop", `off, or an objective with the metric "kl"`, `metrics ${metrics.join(", ")}`))
}

/** Makes a training ready: compiles its programs once and takes its memory, both given back when the scope closes. */
export const learner = <C>(kind: OnPolicy<C>) =>
  Effect.fn("on_policy.learner")(function* (c: C, problem: TrainingProblem) {
    const loop = withBudget({ ...loopDefaults, ...kind.loop(c) }, sizeOf(problem))
    const { tasks, policy, iterations, aggregator } = problem
    const steps = yield* fromEither(checked(kind, c, problem))
    const session = yield* Session
    const Real = realOf(session)
    const n = networks(policy, loop.popArt !== "off")
    const x = yield* environmentRunner(problem, zeroKey, Real)
    const envs = x.batch.count
    const at = yield* deviceState(n, loop)
    const rollouts = yield* (problem.rollouts ?? rolloutsHere(policy, at.parameters, n.layout.size))(x, steps, Real)
    const e = rollouts.buffer
    const estimates = makeEstimates(e.count)
    const estimate = yield* estimator(loop, n, at.parameters)
    const weights = kind.prior?.(c)
    const regularise = weights === undefined ? undefined : yield* regulariser(weights, n, at.parameters)
    const combining = aggregator === undefined ? undefined : combiner(aggregator, tasks.length, Real)
    const update = yield* updater({
      kind,
      config: c,
      loop,
      networks: n,
      at,
      count: e.count,
      environments: envs,
      tasks: tasks.length,
      combiner: combining
    })
    /** What the value network learns from: in its heads' scales, which take in the rollout first. */
    const scaledEstimates = Effect.fnUntraced(function* () {
      const { scaled } = n
      if (scaled === undefined || loop.popArt === "off") return estimates
      const all = yield* session.read(at.parameters)
      const where = { heads: headsOf(scaled, problem), each: envs / tasks.length, beta: loop.popArt }
      const inScale = rescale(n, scaled, where, all.subarray(policy.size), estimates)
      yield* session.write(at.parameters, all)
      return inScale
    })
    const rateAt = linearRate(loop.learningRate, 0)
    const optimizerState = loop.optimizer.state(n.layout.size)
    const optimizerNames = Object.keys(optimizerState)

    return yield* trainingLoop({
      id: kind.id,
      version: kind.version,
      // Minibatches go by the budget, which the configuration does not say.
      config: problem.budget === "updates" ? { config: c, budget: problem.budget } : c,
      anneals: loop.anneal,
      problem,
      Real,
      x,
      valueSize: n.valueSize,
      arrays: [...optimizerNames, ...(combining?.names ?? [])],
      streams: ["minibatch"],
      first: Effect.fnUntraced(function* ({ key, given }) {
        return {
          policy: yield* given("policy", () => policy.init(key)),
          value: yield* given("value", () => firstScaled(n, n.value.init(stream(child(key, "value")), 1))),
          arrays: {
            ...Object.fromEntries(Object.entries(optimizerState).map(([name, s]) => [name, new Real(size(s))])),
            ...(aggregator === undefined ? {} : combiner(aggregator, tasks.length, Real).save())
          }
        }
      }),
      write: Effect.fnUntraced(function* (s) {
        const all = new Real(n.layout.size)
        all.set(s.policy)
        all.set(s.value, policy.size)
        yield* session.write(at.parameters, all)
        combining?.load(s.arrays)
        for (const name of optimizerNames) {
          const saved = s.arrays[name]
          if (saved === undefined)
            return yield* Effect.fail(problemError(`state.arrays.${name}`, "the optimiser's state", "nothing"))
          yield* session.write(at[name]!, saved)
        }
      }),
      read: Effect.gen(function* () {
        const all = yield* session.read(at.parameters)
        const optimizer: Record<string, Floats> = {}
        for (const name of optimizerNames) optimizer[name] = yield* session.read(at[name]!)
        const arrays = { ...optimizer, ...combining?.save() }
        return { policy: all.slice(0, policy.size), value: all.slice(policy.size), arrays }
      }),
      iterate: Effect.fnUntraced(function* ({ state, actions, streams, memory: before, watch, fail }) {
        yield* rollouts.roll(state, actions)
        const odd = brokenTasks(e, envs, tasks.length)
        if (odd.length > 0) return yield* Effect.fail(fail("reward or log-probability", odd))
        const added = yield* regularise?.(e) ?? Effect.undefined
        if (loop.baseline === "network") yield* estimate(x, e, estimates, added)
        else yield* fromEither(linearEstimate(loop, tasks.length, x, e, estimates))
        const progress = loop.anneal ? state.iteration / Math.max(1, iterations) : 0
        const when = { learningRate: rateAt(progress), iteration: state.iteration }
        const learned = yield* scaledEstimates()
        const report = yield* update(e, learned, when, streams.minibatch!)
        if (report.lastFinite.every(Number.isFinite)) watch(byName(kind.metrics, report.lastFinite))
        if (report.broken !== undefined) return yield* Effect.fail(fail("loss", report.broken))
        const memory = updateMoments(policy, before, e.rows, loop.gamma, tasks)
        if (memory.moments !== undefined) {
          yield* fromEither(x.normaliser.set(memory.moments))
          x.see(e.rows.observation, e.count - envs)
        }
        return { rows: taskRows(kind.metrics, problem, e, estimates, report), steps: e.count, memory }
      })
    })
  })

const sizeOf = ({ tasks, stepsPerTask, budget = "steps" }: TrainingProblem) => ({
  tasks: tasks.length,
  stepsPerTask,
  budget
})

/** Rollouts in this thread: all tasks together, under the parameters that the session holds. */
const rolloutsHere =
  (policy: Policy, parameters: Buffer, size: number): MakeRollouts =>
  (x, steps, Real) =>
    Effect.gen(function* () {
      const session = yield* Session
      const acting = yield* session.compile(yield* actProgram(policy, x.batch.count, size))
      const call = acting.run({ parameters, observation: x.input }, x.actor.head)
      const act = { call, pause: pauseEvery(acting.cost.flops) }
      const buffer = makeRolloutBuffer(steps, x, policy, Real)
      return { buffer, roll: (_at, streams) => rollout(x, act, streams, buffer) }
    })
