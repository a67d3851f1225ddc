/** An environment without mistakes, and ways to make one. */
import assert from "node:assert/strict"
import * as Either from "fp-ts/lib/Either.js"
import { type Floats, uniform } from "../../core/random/mod.ts"
import { type Dynamics, type Environment, environment, number, type Outcome } from "../../envs/mod.ts"

/** A point that walks: sound, so that one change breaks one law. */
export const point = (change: Partial<Dynamics> = {}, record: Partial<Environment> = {}): Environment => ({
  ...environment({
    id: "Point-v0",
    version: "1",
    summary: "a walk",
    observation: {
      _tag: "Box",
      low: [-99, -99],
      high: [99, 99],
      names: ["x", "t"],
      units: ["m", "s"],
      dtype: "float32"
    },
    action: { _tag: "Discrete", n: 2, names: ["left", "right"] },
    parameters: { width: number(1, "m", 0, 9, "of the first states") },
    maxEpisodeSteps: 30,
    secondsPerStep: 1,
    dynamics: ({ width }) => ({
      stateSize: 2,
      observationSize: 2,
      actionSize: 1,
      reset: (state, at, stream) => {
        state[at] = uniform(stream, -width, width)
        state[at + 1] = 0
      },
      step: (state, at, action, _stream, outcome) => {
        state[at]! += 0.1 * (action[0]! - 0.5)
        state[at + 1]! += 1
        outcome.reward = state[at]!
        outcome.terminated = state[at + 1]! > 12
      },
      observe: (state, at, out, outAt) => {
        out[outAt] = state[at]!
        out[outAt + 1] = state[at + 1]!
      },
      ...change
    })
  }),
  ...record
})

export const sound = Either.getOrElseW(() => assert.fail("no dynamics"))(point().make({}))

/** A sound step, then this. */
export const afterStep = (
  change: (state: Float64Array, at: number, outcome: Outcome, action: Floats) => void
): Partial<Dynamics> => ({
  step: (s, at, a, r, o) => {
    sound.step(s, at, a, r, o)
    change(s, at, o, a)
  }
})

/** A first state of 0 and this. */
export const from = (x: () => number): Partial<Dynamics> => ({
  reset: (s, at) => {
    s[at] = x()
    s[at + 1] = 0
  }
})
