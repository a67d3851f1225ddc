/** What SAC gives to the training loop: a step of all environments, then updates from the replay, again and again. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Aggregator, mean } from "../../core/aggregate/mod.ts"
import { cannot } from "../../core/failure/mod.ts"
import { log } from "../../core/math/mod.ts"
import type { Optimizer } from "../../core/optim/mod.ts"
import { child, type Floats, type Key, stream, zeroKey } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type RealConstructor, realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import { makeRows } from "../../envs/mod.ts"
import type { TrainingProblem } from "../algorithm.ts"
import { combiner } from "../combination.ts"
import { actProgram, checkFault, environmentRunner, shownBy } from "../environment_runner.ts"
import { trainingLoop } from "../loop.ts"
import { isDouble, updateMoments } from "../normalise.ts"
import { contents, makeReplay, nextSlot, overwrites, withContents } from "../replay/mod.ts"
import { placesOf } from "../told.ts"
import { checked } from "./check.ts"
import { type Sac, sizeOf, withBudget } from "./config.ts"
import { deviceState, firstArrays, partNames, readState, writeState } from "./device_state.ts"
import { batchOf, networks } from "./mathematics.ts"
import { brokenTasks, metricsOf, tally } from "./rows.ts"
import type { Combiners } from "./step.ts"
import { rowLayout, updater } from "./update.ts"
import type { Updating } from "./update_program.ts"

/** What distinguishes one learner of this kind from another. */
export interface SacKind {
  readonly id: string
  /** Rises whenever numbers change; checkpoints carry it. */
  readonly version: string
  readonly summary: string
  /** Of policy, critics and temperatures, each with a state of its own. */
  readonly optimizer: Optimizer<string>
}

/**
 * Makes a training ready: compiles its programs once and takes its memory, both given back when the scope closes.
 *
 * A training that is given parameters goes on from critics and temperature of an earlier one, on which the target critics
 * start too; its first `learningStarts` steps fill the empty replay by the policy that it was given.
 *
 * The replay is part of each state. As long as it is not full, states share its memory; from then on each iteration
 * copies it once, so that iterations should be of many steps.
 */
export const learner = ({ id, version, optimizer }: SacKind) =>
  Effect.fn("sac.learner")(function* (settings: Sac, problem: TrainingProblem) {
    const c = withBudget(settings, sizeOf(problem))
    const steps = yield* fromEither(checked(settings, problem))
    const { tasks, policy, environmentsPerTask, aggregator } = problem
    const session = yield* Session
    const Real = realOf(session)
    const n = networks(policy, c)
    const x = yield* environmentRunner(problem, zeroKey, Real)
    const envs = x.batch.count
    const row = rowLayout(n)
    const empty = yield* fromEither(makeReplay(c.replay, envs, row.width, batchOf(c, tasks.length)))
    const u: Updating = { config: c, networks: n, optimizer, tasks: tasks.length }
    const at = yield* deviceState(u)
    const acting = yield* session.compile(yield* actProgram(policy, envs))
    const act = acting.run({ parameters: at.policy, observation: x.input }, x.actor.head)
    const making = aggregator === undefined ? undefined : () => combinersOf(aggregator, tasks.length, Real)
    const combiners = making?.()
    const { update, metrics } = yield* updater({ ...u, combiners, at, places: placesOf(problem) })
    /** The replay keeps observations and rewards as they were: moments go on, and normalise what is drawn from it. */
    const scaled = policy.config.normalise?.observation === true
    const far = scaled && isDouble(policy.spaces.observation)
    /** What is taken from observations before they are rounded to float32: the first one, where they are float64. */
    const origin = new Float64Array(row.observationSize)
    const step = makeRows(envs, x.batch.observationSize, shownBy(policy))
    const nextInput = new Real(policy.inputs)
    const perRound = c.updates === "steps" ? c.trainEvery * envs : c.updates

    let replay = empty
    /** Environment steps with uniform actions. */
    let uniform = 0

    /** Puts what the last step showed, and what was seen before it, into the replay. */
    const remember = (networkInput: Floats, rawObservation: Floats): void => {
      const slot = nextSlot(replay)
      const { memory } = (replay = slot.replay)
      const { inputs, actionSize } = policy
      for (let e = 0, to = slot.at; e < envs; e++, to += row.width) {
        const own = e * x.batch.observationSize
        if (!scaled) x.encode(e, step.nextObservation, own, nextInput, 0)
        for (let i = 0; i < row.observationSize; i++) {
          memory[to + i] = scaled ? rawObservation[own + i]! - origin[i]! : networkInput[e * inputs + i]!
          memory[to + row.next + i] = scaled ? step.nextObservation[own + i]! - origin[i]! : nextInput[i]!
        }
        for (let i = 0; i < actionSize; i++)
          memory[to + row.action + i] = n.actionKind.seen(x.actor.action[e * actionSize + i]!)
        memory[to + row.reward] = step.reward[e]!
        memory[to + row.terminated] = step.terminated[e]!
      }
    }

    const firstValue = (key: Key): Floats => {
      const phi = new Float64Array(n.value.size)
      n.value.host(phi, "deviation").fill(1)
      for (const name of ["q1", "q2"] as const) {
        n.twins
          .host(phi.subarray(0, n.twins.size), name)
          .set(n.actionKind.critic.init(stream(child(key, "value", name)), 1))
      }
      phi[n.twins.size] = log(c.temperature === "auto" ? c.initialTemperature : c.temperature)
      return phi
    }

    return yield* trainingLoop({
      id,
      version,
      config: c,
      anneals: false,
      problem,
      Real,
      x,
      valueSize: n.value.size,
      arrays: [
        ...partNames(u),
        ...namesOfBoth(combiners),
        ...(scaled ? ["shown"] : []),
        ...(far ? ["origin"] : []),
        "uniform",
        "replay"
      ],
      streams: ["update"],
      first: Effect.fnUntraced(function* ({ key, start, fresh, given }) {
        const value = yield* given("value", () => firstValue(key))
        if (c.temperature !== "auto") value[n.twins.size] = log(c.temperature)
        return {
          policy: yield* given("policy", () => policy.init(key)),
          value,
          arrays: {
            ...(scaled ? { shown: fresh.rawObservation.slice() } : {}),
            ...(far ? { origin: Float64Array.from(fresh.rawObservation.subarray(0, row.observationSize)) } : {}),
            replay: new Float32Array(0),
            // A policy that was given knows more than chance does.
            uniform: Float64Array.of(start.policy === undefined ? c.learningStarts : 0),
            ...firstArrays(u, value, Real),
            ...savedOfBoth(making?.())
          }
        }
      }),
      write: Effect.fnUntraced(function* (s) {
        yield* Effect.provideService(writeState(u, at, s), Session, session)
        // Other memory: states given out may share what was written so far.
        replay = yield* fromEither(withContents(empty, s.arrays.replay ?? [], s.steps / envs))
        combiners?.value.load(s.arrays)
        combiners?.policy.load(s.arrays)
        uniform = s.arrays.uniform?.[0] ?? 0
        if (scaled) x.rawObservation.set(s.arrays.shown ?? x.rawObservation)
        origin.set(s.arrays.origin ?? origin)
      }),
      read: Effect.gen(function* () {
        const { arrays, ...trained } = yield* Effect.provideService(readState(u, at), Session, session)
        const observed = {
          ...(scaled ? { shown: x.rawObservation.slice() } : {}),
          ...(far ? { origin: origin.slice() } : {})
        }
        return {
          ...trained,
          arrays: {
            ...arrays,
            ...savedOfBoth(combiners),
            ...observed,
            uniform: Float64Array.of(uniform),
            replay: contents(replay)
          }
        }
      }),
      iterate: Effect.fnUntraced(function* ({ state, continuing, actions, streams, memory: past, watch, fail }) {
        if (continuing && overwrites(replay, steps)) {
          replay = yield* fromEither(withContents(replay, contents(replay), replay.pushed))
        }
        const sums = tally(tasks, environmentsPerTask)
        const networkInput = x.input.slice()
        const rawObservation = x.rawObservation.slice()
        let memory = past
        const own = environmentsPerTask * policy.actionSize

        for (let t = 0; t < steps; t++) {
          const taken = state.steps + t * envs
          if (taken >= uniform) {
            yield* act
            for (const [g, s] of actions.entries()) x.actor.sample(g, s)
          } else
            for (const [g, s] of actions.entries())
              n.actionKind.explore(s, x.actor.action.subarray(g * own, (g + 1) * own))
          networkInput.set(x.input)
          if (scaled) rawObservation.set(x.rawObservation)
          x.step(step, 0)
          if (x.batch.fault() !== undefined) yield* checkFault(x)
          const odd = step.reward.findIndex((r) => !Number.isFinite(r))
          if (odd >= 0) return yield* Effect.fail(fail("reward", [Math.floor(odd / environmentsPerTask)]))
          remember(networkInput, rawObservation)
          if (memory.moments !== undefined) {
            memory = updateMoments(policy, memory, step, c.gamma, tasks)
            yield* fromEither(x.normaliser.set(memory.moments))
            x.see(step.observation, 0)
          }
          sums.takeStep(step)
          if (taken + envs <= c.learningStarts || replay.pushed % c.trainEvery !== 0) continue
          for (let k = 0; k < perRound; k++) {
            yield* update(replay, x, { stream: streams.update!, origin, iteration: state.iteration })
            if (!metrics.every(Number.isFinite))
              return yield* Effect.fail(fail("loss", brokenTasks(metrics, tasks.length)))
            sums.takeUpdate(metrics)
            watch(metricsOf(metrics, tasks.length, 0))
          }
        }
        return { rows: sums.rows(), steps: steps * envs, memory }
      }),
      checkLoaded: (s) => {
        const want = Math.min(s.steps / envs, empty.slots) * envs * row.width
        const got = s.arrays.replay?.length
        return got === want
          ? E.right(s)
          : cannot("load a training state", `array "replay" ${want} numbers`, `${got ?? "nothing"}`)
      }
    })
  })

/**
 * Critics and policy are weighed each by itself, as the methods' authors do. What goes by losses weighs the critics, whose losses are
 * squares; the policy's may be negative, and follows the mean (Liu et al.'s own code for arXiv:2306.03792 likewise).
 */
const combinersOf = (aggregator: Aggregator, tasks: number, Real: RealConstructor): Combiners => ({
  value: combiner(aggregator, tasks, Real, "value."),
  policy: combiner(aggregator.by === "losses" ? mean : aggregator, tasks, Real, "policy.")
})

const namesOfBoth = (c: Combiners | undefined): readonly string[] =>
  c === undefined ? [] : [...c.value.names, ...c.policy.names]

const savedOfBoth = (c: Combiners | undefined): Readonly<Record<string, Floats>> =>
  c === undefined ? {} : { ...c.value.save(), ...c.policy.save() }
