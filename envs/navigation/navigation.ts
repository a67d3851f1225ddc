import { cos, sin } from "../../core/math/mod.ts"
import { type Dynamics, type Environment, environment } from "../env.ts"
import { number, type Resolved } from "../parameter.ts"
import { renderNavigation } from "./render.ts"

/** Half the side of the plane, and the largest move along each axis. */
const BOUND = 1
const STEP = 0.1

const parameters = {
  goal_angle: number(0, "rad", -4 * Math.PI, 4 * Math.PI, "direction of the goal, seen from the origin"),
  goal_radius: number(0.9, "", 0, 1, "distance of the goal from the origin"),
  threshold: number(0.1, "", 1e-6, 2, "a point within this distance of the goal has reached it"),
  bonus: number(1, "", 0, 1e3, "reward for reaching the goal, on top of the negative distance")
}

/**
 * A point that starts at the origin and shall walk to a goal that it does not see: two-dimensional navigation.
 *
 *     x ← clip(x + u, −1, 1),   r = −|x − g| + bonus·[|x − g| ≤ threshold],   g = ρ·(cos φ, sin φ)
 *
 * As Zhang et al., appendix, have it: start, plane, circle of radius 0.9, threshold 0.1, negative distance with a bonus.
 * As Finn et al. have it where the former are silent: the observation is the position alone, moves are at most 0.1 along
 * each axis, an episode ends at the goal or after 100 steps. Ours, as both are silent: the bonus is 1.
 *
 * - Units: half the plane's side; reward the same.
 * - Source: Zhang et al., "additional experiments"; Finn et al., arXiv:1703.03400, section 5.3.
 */
export const navigation: Environment = environment({
  id: "Navigation2D-v0",
  version: "1",
  summary: "Walk over the plane to an unseen goal on a circle",
  observation: {
    _tag: "Box",
    low: [-BOUND, -BOUND],
    high: [BOUND, BOUND],
    names: ["x", "y"],
    units: ["", ""],
    dtype: "float32"
  },
  action: {
    _tag: "Box",
    low: [-STEP, -STEP],
    high: [STEP, STEP],
    names: ["u_x", "u_y"],
    units: ["", ""],
    dtype: "float32"
  },
  parameters,
  maxEpisodeSteps: 100,
  secondsPerStep: 1,
  deterministic: true,
  dynamics: (p) => dynamics(p)
})

const dynamics = (p: Resolved<typeof parameters>): Dynamics => {
  const goalX = p.goal_radius * cos(p.goal_angle)
  const goalY = p.goal_radius * sin(p.goal_angle)
  const distanceOf = (x: number, y: number): number => Math.sqrt((x - goalX) * (x - goalX) + (y - goalY) * (y - goalY))
  return {
    stateSize: 2,
    observationSize: 2,
    actionSize: 2,
    reset: (state, at) => {
      state[at] = 0
      state[at + 1] = 0
    },
    step: (state, at, action, _stream, outcome) => {
      const x = within(state[at]! + action[0]!)
      const y = within(state[at + 1]! + action[1]!)
      state[at] = x
      state[at + 1] = y
      const distance = distanceOf(x, y)
      outcome.terminated = distance <= p.threshold
      outcome.reward = outcome.terminated ? p.bonus - distance : -distance
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]!
      out[outAt + 1] = state[at + 1]!
    },
    succeeded: (state, at) => distanceOf(state[at]!, state[at + 1]!) <= p.threshold,
    render: (state, at) => renderNavigation(state[at]!, state[at + 1]!, goalX, goalY, p.threshold)
  }
}

const within = (v: number): number => Math.min(Math.max(v, -BOUND), BOUND)
