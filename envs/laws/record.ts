import * as Either from "fp-ts/lib/Either.js"
import { checkedDynamics } from "../dynamics.ts"
import type { Environment } from "../env.ts"
import type { Space } from "../space.ts"
import type { Law } from "./support.ts"

/** What the record itself says: when this does not hold, no other law can be checked. */
export const recordLaws = (env: Environment): readonly Law[] => [
  {
    name: "the spaces are spaces",
    fix: "give low, high, names and units one entry a component with low at most high, a discrete space n names",
    check: () => spaceFault("observation", env.observation) ?? spaceFault("action", env.action)
  },
  {
    name: "the record's own numbers make sense",
    fix: "give an id, a version, maxEpisodeSteps as an integer from 1 and secondsPerStep above 0",
    check: () => {
      if (env.id === "" || env.version === "") return "id or version is empty"
      if (!Number.isInteger(env.maxEpisodeSteps) || env.maxEpisodeSteps < 1)
        return `maxEpisodeSteps: want an integer from 1, got ${env.maxEpisodeSteps}`
      return env.secondsPerStep > 0 ? undefined : `secondsPerStep: want more than 0, got ${env.secondsPerStep}`
    }
  },
  {
    name: "make() gives dynamics of the sizes that the spaces have",
    fix: "make the record by environment(); let its dynamics() return sizes that count the components of the spaces",
    check: () => {
      if (env.open !== undefined) return undefined // what it opens is what it is
      const d = checkedDynamics(env, env.make({}))
      return Either.isLeft(d) ? d.left.message : undefined
    }
  }
]

/** Not wrong, but dear later. */
export const advice = (env: Environment): readonly Law[] => [
  {
    name: "a box of actions has finite bounds",
    fix: "give finite bounds, or wrap the environment in clipAction()",
    check: () => {
      const { action } = env
      if (action._tag !== "Box") return undefined
      const odd = action.low.findIndex((l, i) => !Number.isFinite(l) || !Number.isFinite(action.high[i]))
      return odd < 0 ? undefined : `${action.names[odd]} is in [${action.low[odd]}, ${action.high[odd]}]`
    }
  },
  {
    name: "a box of actions has a scale near 1: within [-1, 1], or [0, 1]",
    fix: "wrap the environment in rescaleAction(), so that what a fresh policy draws is neither tiny nor cut off",
    check: () => {
      const { action } = env
      if (action._tag !== "Box") return undefined
      const odd = action.low.findIndex((low, i) => {
        const high = action.high[i]!
        const finite = Number.isFinite(low) && Number.isFinite(high)
        return finite && (low < -1 || high > 1 || (low !== 0 && low !== -high) || low === high)
      })
      return odd < 0 ? undefined : `${action.names[odd]} is in [${action.low[odd]}, ${action.high[odd]}]`
    }
  },
  {
    name: "observations have finite bounds",
    fix: "give the bounds that hold, or wrap the environment in normaliseObservation()",
    check: () => {
      const { observation: o } = env
      if (o._tag !== "Box") return undefined
      const odd = o.low.findIndex((l, i) => !Number.isFinite(l) || !Number.isFinite(o.high[i]))
      return odd < 0 ? undefined : `${o.names[odd]} is in [${o.low[odd]}, ${o.high[odd]}]`
    }
  },
  {
    name: "an episode may last more than one step",
    fix: "raise maxEpisodeSteps, unless each step is a task of its own",
    check: () => (env.maxEpisodeSteps > 1 ? undefined : "maxEpisodeSteps is 1")
  },
  {
    name: "a component of an observation varies",
    fix: "take out components that are always the same: low equals high",
    check: () => {
      const { observation: o } = env
      const odd = o._tag === "Box" ? o.low.findIndex((l, i) => l === o.high[i]) : -1
      return odd < 0 || o._tag !== "Box" ? undefined : `${o.names[odd]} is always ${o.low[odd]}`
    }
  }
]

const spaceFault = (name: string, space: Space): string | undefined => {
  if (space._tag === "Discrete") {
    if (!Number.isInteger(space.n) || space.n < 1) return `${name}.n: want an integer from 1, got ${space.n}`
    return space.names.length === space.n ? undefined : `${name}.names: want ${space.n}, got ${space.names.length}`
  }
  if (space._tag !== "Box") return `${name}: want a Box or a Discrete space`
  const { low, high, names, units } = space
  if (low.length < 1) return `${name}.low: want at least one component, got none`
  for (const [key, list] of Object.entries({ high, names, units }))
    if (list.length !== low.length) return `${name}.${key}: want ${low.length} entries, got ${list.length}`
  const odd = low.findIndex((l, i) => !(l <= high[i]!))
  return odd < 0 ? undefined : `${name}.low[${odd}]: want at most ${high[odd]}, got ${low[odd]}`
}
