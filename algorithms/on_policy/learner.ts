/** The on-policy training loop as State → State: a rollout of all tasks together, then an update. */
import { Effect, Semaphore } from "effect"
import { linearRate } from "../../core/optim/mod.ts"
import { realOf } from "../../core/pipeline/real.ts"
import { type Buffer, Session } from "../../core/pipeline/session.ts"
import { size } from "../../core/program/mod.ts"
import { child, type Floats, type Key, loadStream, saveStream, stream, zeroKey } from "../../core/random/mod.ts"
import type { Iteration, Learner, MakeRollouts, Start, State, TrainingProblem } from "../algorithm.ts"
import { diverged, lift, problemError } from "../error.ts"
import {
  actionStreams,
  actProgram,
  interaction,
  loadActions,
  makeExperience,
  pauseEvery,
  rollout,
  saveActions,
  takeUp,
  unbroken
} from "../interaction.ts"
import { discountedSize, firstMemory, type Memory, momentsSize, takeIn } from "../normalise.ts"
import type { Policy } from "../policy.ts"
import { startFrom } from "../start.ts"
import { identityOf, loadState, saveState } from "../state.ts"
import { estimator, makeEstimates } from "./advantage.ts"
import { checked } from "./check.ts"
import { networks } from "./networks.ts"
import { loopDefaults, type OnPolicy } from "./objective.ts"
import { brokenTasks, byName, taskRows } from "./rows.ts"
import { deviceState } from "./step.ts"
import { updater } from "./update.ts"

/** Makes a training ready: compiles its programs once and takes its memory, both given back when the scope closes. */
export const learner = <C>(kind: OnPolicy<C>) =>
  Effect.fn("on_policy.learner")(function* (c: C, problem: TrainingProblem) {
    const loop = { ...loopDefaults, ...kind.loop(c) }
    const { tasks, policy, iterations } = problem
    const steps = yield* lift(checked(kind, c, problem))
    const session = yield* Session
    const Real = realOf(session)
    const n = networks(policy)
    const x = yield* interaction(problem, zeroKey, Real)
    const envs = x.batch.count
    const at = yield* deviceState(n, loop)
    const rollouts = yield* (problem.rollouts ?? rolloutsHere(policy, at.parameters, n.layout.size))(x, steps, Real)
    const e = rollouts.experience
    const estimates = makeEstimates(e.count)
    const estimate = yield* estimator(loop, n, at.parameters)
    const { aggregator } = problem
    const update = yield* updater({
      kind,
      config: c,
      loop,
      networks: n,
      at,
      count: e.count,
      environments: envs,
      tasks: tasks.length,
      aggregator
    })
    const rateAt = linearRate(loop.learningRate, 0)
    const identity = yield* lift(identityOf(`${kind.id}@${kind.version}`, c, problem, loop.anneal))
    const sizes = {
      policy: policy.size,
      value: n.value.layout.size,
      observation: x.input.length,
      moments: momentsSize(policy)
    }
    const running = discountedSize(policy, envs)
    /** The optimiser's state by name, and how many numbers each has. */
    const optimizerState = Object.entries(loop.optimizer.state(n.layout.size)).map(
      ([name, shape]) => [name, size(shape)] as const
    )
    const others = [...optimizerState.map(([name]) => name), ...(running > 0 ? ["discounted"] : [])]

    // One training uses the buffers at a time; a second caller waits.
    const turn = yield* Semaphore.make(1)
    /** The state that the session's buffers and the environments hold now: continuing from it copies nothing. */
    let held: State | undefined
    /** What is watched, as it last was; nothing where the training has only been taken up. */
    let lastFinite: Record<string, number> = {}

    const restore = Effect.fnUntraced(function* (s: State) {
      held = undefined
      const all = new Real(n.layout.size)
      all.set(s.policy)
      all.set(s.value, policy.size)
      yield* session.write(at.parameters, all)
      for (const [name] of optimizerState) {
        const saved = s.arrays[name]
        if (saved === undefined) return yield* problemError(`state.arrays.${name}`, "the optimiser's state", "nothing")
        yield* session.write(at[name]!, saved)
      }
      yield* lift(x.normaliser.set(s.moments))
      yield* takeUp(x, s)
    })

    const capture = Effect.fnUntraced(function* (
      iteration: number,
      steps: number,
      streams: State["streams"],
      { moments, discounted }: Memory
    ) {
      const all = yield* session.read(at.parameters)
      const optimizer: Record<string, Floats> = {}
      for (const [name] of optimizerState) optimizer[name] = yield* session.read(at[name]!)
      const state: State = {
        iteration,
        steps,
        policy: all.slice(0, policy.size),
        value: all.slice(policy.size),
        ...(moments === undefined ? {} : { moments }),
        arrays: {
          ...optimizer,
          ...(running > 0 ? { discounted } : {})
        },
        environments: x.batch.save(),
        observation: x.input.slice(),
        streams
      }
      return state
    })

    const init = Effect.fn("on_policy.init")(function* (key: Key, start: Start = {}) {
      const fresh = yield* interaction(problem, key, Real)
      const { moments, discounted } = firstMemory(policy, start.moments, envs)
      yield* lift(fresh.normaliser.set(moments))
      fresh.reset()
      yield* unbroken(fresh)
      const given = startFrom(start, sizes, Real)
      const state: State = {
        iteration: 0,
        steps: 0,
        policy: yield* given("policy", () => policy.init(key)),
        value: yield* given("value", () => n.value.init(stream(child(key, "value")), 1)),
        ...(moments === undefined ? {} : { moments }),
        arrays: {
          ...Object.fromEntries(optimizerState.map(([name, length]) => [name, new Real(length)])),
          ...(running > 0 ? { discounted } : {})
        },
        environments: fresh.batch.save(),
        observation: fresh.input.slice(),
        streams: {
          minibatch: saveStream(stream(child(key, "minibatch"))),
          ...saveActions(tasks, actionStreams(key, tasks))
        }
      }
      return state
    }, Effect.scoped)

    const iterate = Effect.fn("on_policy.iterate")(function* (state: State) {
      if (held !== state) {
        yield* restore(state)
        lastFinite = {}
      }
      held = undefined
      const saved = (name: string) => lift(loadStream(state.streams[name] ?? ""))
      const actions = yield* loadActions(tasks, state.streams)
      const minibatch = yield* saved("minibatch")
      const fail = diverged(kind.id, state.iteration, tasks)

      yield* rollouts.roll(state, actions)
      const odd = brokenTasks(e, envs, tasks.length)
      if (odd.length > 0) return yield* fail("reward or log-probability", odd, lastFinite)
      yield* estimate(x, e, estimates)
      const progress = loop.anneal ? state.iteration / Math.max(1, iterations) : 0
      const report = yield* update(e, estimates, rateAt(progress), minibatch)
      if (report.lastFinite.every(Number.isFinite)) lastFinite = byName(kind.figures, report.lastFinite)
      if (report.broken !== undefined) return yield* fail("loss", [...report.broken], lastFinite)
      const before = { moments: state.moments, discounted: state.arrays.discounted ?? new Float64Array(running) }
      const memory = takeIn(policy, before, e.rows, loop.gamma)
      if (memory.moments !== undefined) {
        if (!memory.moments.every(Number.isFinite)) return yield* fail("observation", [], lastFinite)
        yield* lift(x.normaliser.set(memory.moments))
        x.see(e.rows.observation, e.count - envs)
      }
      const streams = {
        minibatch: saveStream(minibatch),
        ...saveActions(tasks, actions)
      }
      const next = yield* capture(state.iteration + 1, state.steps + e.count, streams, memory)
      if (!(next.policy.every(Number.isFinite) && next.value.every(Number.isFinite))) {
        return yield* fail("parameter", [], lastFinite)
      }
      held = next
      const iteration: Iteration = {
        state: next,
        rows: taskRows(kind.figures, tasks, envs, e, estimates, report),
        steps: e.count
      }
      return iteration
    }, turn.withPermit)

    return {
      policy,
      init,
      iterate,
      save: (state) => saveState(state, identity),
      load: (given) => loadState(given, identity, sizes, others)
    } satisfies Learner
  })

/** Rollouts in this thread: all tasks together, under the parameters that the session holds. */
const rolloutsHere =
  (policy: Policy, parameters: Buffer, size: number): MakeRollouts =>
  (x, steps, Real) =>
    Effect.gen(function* () {
      const session = yield* Session
      const acting = yield* session.compile(yield* actProgram(policy, x.batch.count, size))
      const act = acting.run({ parameters, observation: x.input }, x.actor.head)
      const pause = pauseEvery(acting.cost.flops)
      const experience = makeExperience(steps, x, policy, Real)
      return { experience, roll: (_at, streams) => rollout(x, act, streams, experience, pause) }
    })
