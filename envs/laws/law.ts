/**
 * What every environment must satisfy, as data: run {@link environmentLaws} and {@link familyLaws} over a contributed
 * record in any test runner. The package's own records are held to the same laws.
 */
import * as Either from "fp-ts/lib/Either.js"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import type { Environment } from "../env.ts"
import type { Family, TaskSet } from "../family.ts"
import { sizeOf } from "../space.ts"
import { batchLaws } from "./batch.ts"
import { callLaws } from "./contract.ts"
import { lookLaws } from "./look.ts"
import { openLaws } from "./open.ts"
import { acceptanceLaws, parameterLaws } from "./parameter.ts"
import {
  actionOf,
  actionsOf,
  differ,
  episodes,
  type Law,
  made,
  ofDefaults,
  ofTasks,
  type Trace,
  trace,
  tried
} from "./support.ts"

export type { Law } from "./support.ts"

const STEPS = 120

/** The laws of an environment; each `check` returns undefined when it holds, else what broke it. */
export const environmentLaws = (env: Environment): readonly Law[] =>
  ofDefaults(env, env.open === undefined ? ownLaws(env) : [...openLaws(env), ...acceptanceLaws(env)])

const ownLaws = (env: Environment): readonly Law[] => [
  {
    name: "sizes are those of the spaces",
    fix: "return observationSize, actionSize and stateSize that count the numbers of the spaces and of the state",
    check: () => {
      const d = made(env, {})
      const [obs, act] = [sizeOf(env.observation), sizeOf(env.action)]
      if (d.observationSize !== obs) return `observationSize ${d.observationSize}, space has ${obs}`
      if (d.actionSize !== act) return `actionSize ${d.actionSize}, space has ${act}`
      return d.stateSize >= 1 ? undefined : "stateSize 0"
    }
  },
  {
    name: "equal keys give equal trajectories",
    fix: "draw from the stream alone: no Math.random, no clock, nothing kept between episodes outside the state array",
    check: () => differ(run(env, 1), run(env, 1))
  },
  {
    name: "another key changes the trajectory",
    fix: "draw something of reset() or step() from the stream, e.g. random.uniform(stream, -0.05, 0.05)",
    check: () => {
      const changed = [2, 3, 4].some((k) => differ(run(env, 1), run(env, k)) !== undefined)
      if (env.deterministic === true) return changed ? "deterministic, but keys 1 to 4 give different ones" : undefined
      return changed ? undefined : "keys 1 to 4 give the same; say deterministic: true where nothing is random"
    }
  },
  {
    name: "observations are finite and within their space, rewards finite",
    fix: "widen low and high of the observation space, or clip in observe(); look for divisions by zero",
    check: () => {
      const { observations, rewards } = run(env, 5)
      for (const [t, row] of observations.entries())
        for (const [i, x] of row.entries()) {
          const box = env.observation._tag === "Box"
          const low = env.observation._tag === "Box" ? env.observation.low[i]! : 0
          const high = env.observation._tag === "Box" ? env.observation.high[i]! : env.observation.n - 1
          if (!Number.isFinite(x) || x < low || x > high || (!box && !Number.isInteger(x)))
            return `observation ${t}, component ${i}: ${x} is outside [${low}, ${high}]`
        }
      const odd = rewards.findIndex((r) => !Number.isFinite(r))
      return odd < 0 ? undefined : `reward ${odd} is ${rewards[odd]}`
    }
  },
  {
    name: "all state is in the state array, and nothing outside its part of a buffer is touched",
    fix: "keep every number of an episode at state[at …], none in a closure, and write only your own part of a buffer",
    check: () => onlyOwnPart(env)
  },
  {
    name: "observe() changes nothing and rounds once",
    fix: "let observe() read state[at …] and write plain float64 numbers to out[outAt …]; the buffer rounds them",
    check: () => {
      const d = made(env, {})
      const state = new Float64Array(d.stateSize)
      d.reset(state, 0, stream(child(zeroKey, 6)))
      const before = state.slice()
      const wide = new Float64Array(d.observationSize)
      const narrow = new Float32Array(d.observationSize)
      d.observe(state, 0, wide, 0)
      d.observe(state, 0, narrow, 0)
      if (state.some((x, i) => !Object.is(x, before[i]))) return "observe() changed the state"
      const odd = narrow.findIndex((x, i) => !Object.is(x, Math.fround(wide[i]!)))
      return odd < 0 ? undefined : `component ${odd}: ${narrow[odd]} for ${wide[odd]}`
    }
  },
  ...lookLaws(env),
  ...callLaws(env),
  ...batchLaws(env),
  ...parameterLaws(env)
]

/** The laws of a task family. */
export const familyLaws = (family: Family): readonly Law[] => [
  {
    name: "the same options give the same tasks, under distinct ids, that the environment accepts",
    fix: "derive tasks from the options alone, give each an id of its own and parameters within the environment's ranges",
    check: () =>
      ofTasks(family, family.tasks({}), (a) =>
        ofTasks(family, family.tasks({}), (b) => {
          if (a.tasks.length === 0) return "no tasks"
          if (JSON.stringify(a) !== JSON.stringify(b)) return "two calls differ"
          return refusedTask(family, a)
        })
      )
  },
  {
    name: "n sets the number of tasks and an unknown option is refused",
    fix: "make the family by family(), whose options hold n, and return n tasks",
    check: () => {
      const counted = ofTasks(family, family.tasks({ n: 3 }), ({ tasks }) =>
        tasks.length === 3 ? undefined : `n = 3 gives ${tasks.length} tasks`
      )
      if (counted !== undefined) return counted
      const refused = family.tasks({ no_such_option: 1 })
      return Either.isLeft(refused) && refused.left._tag === "UnknownName" ? undefined : "accepted no_such_option"
    }
  },
  {
    name: "draw() gives new tasks, decided by the key",
    fix: "return count tasks drawn from stream(key), with parameters within the environment's ranges",
    check: () => {
      const drawn = (use: (tasks: TaskSet) => string | undefined) =>
        ofTasks(family, family.draw({}, child(zeroKey, 1), 4), use)
      return drawn((a) =>
        drawn((b) => {
          if (a.tasks.length !== 4) return `asked for 4, got ${a.tasks.length}`
          return JSON.stringify(a) === JSON.stringify(b) ? refusedTask(family, a) : "one key gives two results"
        })
      )
    }
  }
]

/** A task that the environment does not take. */
const refusedTask = (family: Family, { tasks }: TaskSet): string | undefined => {
  for (const { id, params } of tasks) {
    const taken = tried(family.environment, params)
    if (Either.isLeft(taken)) return `the environment refuses ${id}: ${taken.left.message}`
  }
  return undefined
}

const run = (env: Environment, k: number): Trace =>
  trace(made(env, {}), stream(child(zeroKey, k)), actionsOf(env, STEPS, 99), STEPS)

/** Two episodes in one array between guard numbers, interleaved, equal the same two apart. */
const onlyOwnPart = (env: Environment): string | undefined => {
  const guard = -12345.678
  const shared = made(env, {})
  const size = shared.stateSize
  const state = new Float64Array(2 * size + 3).fill(guard)
  const starts = [1, size + 2]
  const streams = [8, 9].map((k) => stream(child(zeroKey, k)))
  const out = new Float64Array(shared.observationSize + 2).fill(guard)
  const actions = actionsOf(env, STEPS, 98)
  const found: Trace[] = [episodes(), episodes()]
  const outcome = { reward: 0, terminated: false }
  for (const i of [0, 1]) shared.reset(state, starts[i]!, streams[i]!)
  for (let t = 0; t < STEPS; t++)
    for (const i of [0, 1]) {
      const given = actions.slice()
      shared.step(state, starts[i]!, actionOf(given, t, shared), streams[i]!, outcome)
      if (given.some((x, j) => x !== actions[j])) return `step ${t} changed the actions`
      shared.observe(state, starts[i]!, out, 1)
      found[i]!.observations.push([...out.subarray(1, -1)])
      found[i]!.rewards.push(outcome.reward)
      found[i]!.ends.push(outcome.terminated)
      if (outcome.terminated) shared.reset(state, starts[i]!, streams[i]!)
    }
  if ([0, size + 1, 2 * size + 2].some((i) => state[i] !== guard)) return "a state outside was written"
  if (out[0] !== guard || out[out.length - 1] !== guard) return "an observation outside was written"
  for (const i of [0, 1]) {
    const alone = trace(made(env, {}), stream(child(zeroKey, 8 + i)), actions, STEPS)
    const difference = differ({ ...alone, observations: alone.observations.slice(1) }, found[i]!)
    if (difference !== undefined) return `episode ${i} depends on the other: ${difference}`
  }
  return undefined
}
