import * as Either from "fp-ts/lib/Either.js"
import { child, type Stream, stream, zeroKey } from "../../core/random/mod.ts"
import type { Dynamics, Environment } from "../env.ts"
import type { EnvError } from "../error.ts"
import type { Family, TaskSet } from "../family.ts"
import type { Params } from "../parameter.ts"
import { sample, sizeOf } from "../space.ts"
import { checkedTasks } from "../task_set.ts"

/** A statement that can be checked; `check` returns undefined when it holds, else the counterexample in words. */
export interface Law {
  readonly name: string
  /** What to do where it does not hold, in one line. */
  readonly fix: string
  readonly check: () => string | undefined
}

/** What happened, step by step; the first observation is that of the reset. */
export interface Trace {
  readonly observations: number[][]
  readonly rewards: number[]
  readonly ends: boolean[]
}

export const episodes = (): Trace => ({ observations: [], rewards: [], ends: [] })

/** Dynamics that never end and never move: what a law sees when an environment refuses parameters. */
const broken: Dynamics = {
  stateSize: 0,
  observationSize: 0,
  actionSize: 0,
  reset: () => {},
  step: () => {},
  observe: () => {}
}

/** The dynamics; laws of environments that refuse their defaults are told by {@link ofDefaults}. */
export const made = (env: Environment, params: Params): Dynamics =>
  Either.getOrElse<EnvError, Dynamics>(() => broken)(env.make(params))

/** Whether an environment takes these parameters; of one that is elsewhere a batch is opened, and closed. */
export const tried = (env: Environment, params: Params): Either.Either<EnvError, unknown> => {
  if (env.open === undefined) return env.make(params)
  const batch = env.open([{ params, key: zeroKey }])
  if (Either.isRight(batch)) batch.right.remote?.close()
  return batch
}

/** The same laws, none of which holds of an environment that refuses its own defaults: there is nothing to hold of. */
export const ofDefaults = (env: Environment, laws: readonly Law[]): readonly Law[] =>
  laws.map((law) => ({
    ...law,
    check: () => {
      const own = tried(env, {})
      return Either.isLeft(own) ? `it refuses its own defaults: ${own.left.message}` : law.check()
    }
  }))

/** What the tasks break, a family's refusal of its own options included; `use` says what else. */
export const ofTasks = (
  family: Family,
  tasks: Either.Either<EnvError, TaskSet>,
  use: (tasks: TaskSet) => string | undefined
): string | undefined => {
  const checked = Either.chain((set: TaskSet) => checkedTasks(family, set))(tasks)
  if (Either.isRight(checked)) return use(checked.right)
  const { left } = checked
  if (left._tag !== "TaskSetError") return `it refuses: ${left.message}`
  return left.field === "task ids" ? `ids repeat: ${left.message}` : left.message
}

/** `count` random actions in a row. */
export const actionsOf = (env: Environment, count: number, salt: number): Float64Array => {
  const actionSize = sizeOf(env.action)
  const source = stream(child(zeroKey, "law actions", salt))
  const actions = new Float64Array(count * actionSize)
  for (let t = 0; t < count; t++) sample(env.action, source, actions, t * actionSize)
  return actions
}

/** The action of step t. */
export const actionOf = (actions: Float64Array, t: number, { actionSize }: Dynamics): Float64Array =>
  actions.subarray(t * actionSize, (t + 1) * actionSize)

/** Plays the actions, starting a fresh episode where one terminates. */
export const trace = (d: Dynamics, source: Stream, actions: Float64Array, steps: number): Trace => {
  const found = episodes()
  const state = new Float64Array(d.stateSize)
  const seen = new Float64Array(d.observationSize)
  const outcome = { reward: 0, terminated: false }
  d.reset(state, 0, source)
  d.observe(state, 0, seen, 0)
  found.observations.push([...seen])
  for (let t = 0; t < steps; t++) {
    d.step(state, 0, actionOf(actions, t, d), source, outcome)
    d.observe(state, 0, seen, 0)
    found.observations.push([...seen])
    found.rewards.push(outcome.reward)
    found.ends.push(outcome.terminated)
    if (outcome.terminated) d.reset(state, 0, source)
  }
  return found
}

/** Where two traces first differ, bit by bit; undefined when they do not. */
export const differ = (a: Trace, b: Trace): string | undefined => {
  for (const [t, row] of a.observations.entries())
    for (const [i, x] of row.entries())
      if (!Object.is(x, b.observations[t]?.[i])) return `observation ${t}[${i}]: ${x} and ${b.observations[t]?.[i]}`
  for (const [t, reward] of a.rewards.entries())
    if (!Object.is(reward, b.rewards[t])) return `reward ${t}: ${reward} and ${b.rewards[t]}`
  for (const [t, end] of a.ends.entries()) if (end !== b.ends[t]) return `termination ${t}: ${end} and ${b.ends[t]}`
  return undefined
}
