/** Environments whose right answer is known beforehand. */
import { integers, uniform } from "../../core/random/mod.ts"
import { environment, number } from "../../envs/mod.ts"

const SYMBOLS = 4

const box = (low: readonly number[], high: readonly number[], name: string) => ({
  _tag: "Box" as const,
  low,
  high,
  names: low.map((_, i) => `${name}${i}`),
  units: low.map(() => ""),
  dtype: "float32" as const
})

/** Shows one of four symbols; naming it pays 1. Any correct learner reaches 1 a step. */
export const identityDiscrete = environment({
  id: "IdentityDiscrete-v0",
  version: "1",
  summary: "Name the symbol that is shown",
  observation: box([0, 0, 0, 0], [1, 1, 1, 1], "is"),
  action: { _tag: "Discrete", n: SYMBOLS, names: ["a", "b", "c", "d"] },
  parameters: {},
  maxEpisodeSteps: 10,
  secondsPerStep: 1,
  dynamics: () => ({
    stateSize: 1,
    observationSize: SYMBOLS,
    actionSize: 1,
    reset: (state, at, stream) => {
      state[at] = integers(stream, 0, SYMBOLS)
    },
    step: (state, at, action, stream, outcome) => {
      outcome.reward = action[0] === state[at] ? 1 : 0
      outcome.terminated = false
      state[at] = integers(stream, 0, SYMBOLS)
    },
    observe: (state, at, out, outAt) => {
      for (let i = 0; i < SYMBOLS; i++) out[outAt + i] = state[at] === i ? 1 : 0
    }
  })
})

/** Shows a number; repeating it costs nothing, missing it costs the square. Its action bounds are narrow on purpose. */
export const identityBox = environment({
  id: "IdentityBox-v0",
  version: "1",
  summary: "Repeat the number that is shown",
  observation: box([-1], [1], "x"),
  action: box([-1], [1], "u"),
  parameters: {},
  maxEpisodeSteps: 10,
  secondsPerStep: 1,
  dynamics: () => ({
    stateSize: 1,
    observationSize: 1,
    actionSize: 1,
    reset: (state, at, stream) => {
      state[at] = uniform(stream, -1, 1)
    },
    step: (state, at, action, stream, outcome) => {
      const miss = action[0]! - state[at]!
      outcome.reward = -miss * miss
      outcome.terminated = false
      state[at] = uniform(stream, -1, 1)
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]!
    }
  })
})

/** Pays 1 a step and never ends by itself; the limit cuts it after 5 steps, and nothing tells the time. */
export const endless = environment({
  id: "Endless-v0",
  version: "1",
  summary: "Receive 1 for ever",
  observation: box([1], [1], "one"),
  action: { _tag: "Discrete", n: 2, names: ["left", "right"] },
  parameters: {},
  maxEpisodeSteps: 5,
  secondsPerStep: 1,
  dynamics: () => ({
    stateSize: 1,
    observationSize: 1,
    actionSize: 1,
    reset: (state, at) => {
      state[at] = 1
    },
    step: (_state, _at, _action, _stream, outcome) => {
      outcome.reward = 1
      outcome.terminated = false
    },
    observe: (_state, _at, out, outAt) => {
      out[outAt] = 1
    }
  })
})

/** Pays what is not a number from the tenth step on. */
export const poisonous = environment({
  ...endless,
  id: "Poisonous-v0",
  dynamics: () => ({
    stateSize: 1,
    observationSize: 1,
    actionSize: 1,
    reset: () => {},
    step: (state, at, _action, _stream, outcome) => {
      state[at]! += 1
      outcome.reward = state[at]! < 10 ? 1 : Number.NaN
      outcome.terminated = false
    },
    observe: (_state, _at, out, outAt) => {
      out[outAt] = 1
    }
  })
})

/** Pays as much a step as its tasks say. */
export const paying = environment({
  ...endless,
  id: "Paying-v0",
  parameters: { pay: number(1, "", 0, 1e38, "reward of each step") },
  dynamics: ({ pay }) => ({
    stateSize: 1,
    observationSize: 1,
    actionSize: 1,
    reset: () => {},
    step: (_state, _at, _action, _stream, outcome) => {
      outcome.reward = pay
      outcome.terminated = false
    },
    observe: (_state, _at, out, outAt) => {
      out[outAt] = 1
    }
  })
})
