import { random } from "../../core/random/mod.ts"
import { type Dynamics, type Environment, environment } from "../env.ts"
import { integer, number, type Resolved } from "../parameter.ts"

const parameters = {
  size: integer(5, "cells", 2, 50, "cells along a side"),
  goal_x: number(1, "", 0, 1, "where the goal lies: 0 left, 1 right"),
  goal_y: number(1, "", 0, 1, "where the goal lies: 0 top, 1 bottom"),
  slip: number(0.1, "", 0, 1, "probability that a step goes the opposite way")
}

const MOVES = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1]
] as const

/**
 * Walk from the middle of a square to its goal: the smallest complete environment, for reading.
 *
 * A step pays −1/size, reaching the goal 1; walls hold the walker back. Observed are x and y as fractions of the way.
 */
export const gridWorld: Environment = environment({
  id: "GridWorld-v0",
  version: "1",
  summary: "Walk over a square to a goal; written to be read",
  observation: { _tag: "Box", low: [0, 0], high: [1, 1], names: ["x", "y"], units: ["", ""], dtype: "float32" },
  action: { _tag: "Discrete", n: 4, names: ["left", "down", "right", "up"] },
  parameters,
  maxEpisodeSteps: 50,
  secondsPerStep: 1,
  dynamics: (p) => dynamics(p)
})

/** The parameters are checked when this is called; the state is the caller's: two numbers, column and row. */
const dynamics = (p: Resolved<typeof parameters>): Dynamics => {
  const last = p.size - 1
  const middle = Math.floor(last / 2)
  const [goalX, goalY] = [Math.round(p.goal_x * last), Math.round(p.goal_y * last)]
  return {
    stateSize: 2,
    observationSize: 2,
    actionSize: 1,
    reset: (state, at) => state.fill(middle, at, at + 2),
    step: (state, at, action, stream, outcome) => {
      const [dx, dy] = MOVES[action[0]!]!
      const sign = random(stream) < p.slip ? -1 : 1
      state[at] = Math.min(Math.max(state[at]! + sign * dx, 0), last)
      state[at + 1] = Math.min(Math.max(state[at + 1]! + sign * dy, 0), last)
      outcome.terminated = state[at] === goalX && state[at + 1] === goalY
      outcome.reward = outcome.terminated ? 1 : -1 / p.size
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]! / last
      out[outAt + 1] = state[at + 1]! / last
    },
    succeeded: (state, at) => state[at] === goalX && state[at + 1] === goalY,
    render: (state, at) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${p.size} ${p.size}" role="img" aria-label="grid">
<rect width="${p.size}" height="${p.size}" fill="#eef"/><rect x="${goalX}" y="${goalY}" width="1" height="1" fill="#8b8"/>
<circle cx="${state[at]! + 0.5}" cy="${state[at + 1]! + 0.5}" r="0.3" fill="#345"/></svg>`
  }
}
