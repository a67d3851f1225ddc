/**
 * Steps of Meta-World's ten tasks, against Python's metaworld: under the actions of a hand-written policy that solves the task,
 * and under actions that wander, mostly through air.
 */
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { Effect } from "effect"
import { stream, zeroKey } from "../../core/random/mod.ts"
import type { Environment } from "../../envs/env.ts"
import { metaworldTasks } from "../../plugins/metaworld/mod.ts"
import type { Side, Suite, Work } from "../suite.ts"
import { cpuSeconds, failed, made, sampler } from "../timing.ts"

interface Episode {
  readonly rand_vec: readonly number[]
  readonly actions: readonly (readonly number[])[]
}

/** An episode of the policy, as the tests have it. */
const recorded = (id: string): Episode => {
  const bytes = readFileSync(new URL(`../../tests/fixtures/metaworld/${id}.json.gz`, import.meta.url))
  return JSON.parse(gunzipSync(bytes).toString()).episodes[0]
}

const STEPS = 200
const wandering = Array.from({ length: STEPS }, (_, t) => [1, 2, 3, 4].map((k) => Math.sin(0.1 * k * t + k)))

/** Episodes before the first measurement, in which the machine code is compiled for good. */
const WARM = 6

/** Steps a second of an episode from its reset, which is not counted; observations are written, success is computed. */
const stepping = (environment: Environment, { rand_vec, actions }: Episode): Side =>
  Effect.gen(function* () {
    const d = yield* made(environment.make({ rand_vec: rand_vec.join(",") }))
    const state = new Float64Array(d.stateSize)
    const seen = new Float64Array(d.observationSize)
    const outcome = { reward: 0, terminated: false }
    const source = stream(zeroKey)
    const given = actions.map((action) => Float64Array.from(action))
    const episode = (): number => {
      d.reset(state, 0, source)
      const start = cpuSeconds()
      for (const action of given) {
        d.step(state, 0, action, source, outcome)
        d.observe(state, 0, seen, 0)
      }
      return given.length / (cpuSeconds() - start)
    }
    for (let i = 0; i < WARM; i++) episode()
    return sampler(episode)
  })

const task = (environment: Environment): readonly Work[] => {
  const policy = recorded(environment.id)
  return [
    { who: "its policy", episode: policy },
    { who: "wandering", episode: { ...policy, actions: wandering } }
  ].map(({ who, episode }) => {
    const args = { id: environment.id, vector: episode.rand_vec, actions: episode.actions }
    return {
      work: `${environment.id}, ${who}`,
      unit: "steps/s",
      rounds: 5,
      ours: stepping(environment, episode),
      opponents: [{ peer: "metaworld", goal: 1, ask: { work: "metaworld_steps", args } }]
    }
  })
}

export const metaworld: Suite = {
  name: "metaworld",
  question: "How many steps a second of Meta-World's tasks, one thread?",
  works: Effect.try({ try: () => metaworldTasks.flatMap(task), catch: failed })
}
