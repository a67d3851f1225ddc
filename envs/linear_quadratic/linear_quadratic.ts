import { cos, sin } from "../../core/math/mod.ts"
import { standardNormal, uniform } from "../../core/random/mod.ts"
import { type Dynamics, type Environment, environment } from "../env.ts"
import { number, type Resolved } from "../parameter.ts"

/** Beyond any sane policy; the bound exists so that actions are finite. */
const ACTION_BOUND = 1000

const parameters = {
  gain: number(0.5, "m per unit of action", 1e-3, 10, "b: how far an action moves the point"),
  angle: number(0, "rad", -4 * Math.PI, 4 * Math.PI, "θ: rotation of the control matrix; π reverses it"),
  target_x: number(0, "m", -100, 100, "first coordinate of the target c"),
  target_y: number(0, "m", -100, 100, "second coordinate of the target c"),
  state_cost: number(1, "1/m²", 0, 1000, "q: cost of the squared distance to the target"),
  action_cost: number(0.1, "", 1e-6, 1000, "r: cost of the squared action"),
  noise: number(0, "m", 0, 10, "standard deviation of the disturbance of each coordinate"),
  reset_radius: number(1, "m", 0, 100, "w: the first state is uniform in the square [−w, w]²")
}

/** Every parameter of a linear-quadratic task. */
export type LinearQuadraticParams = Resolved<typeof parameters>

/**
 * A point in the plane, moved by a rotated action towards a target: a task whose returns are known in closed form.
 *
 *     x_{t+1} = x_t + b·R(θ)·u_t + w_t,   r_t = −q·|x_t − c|² − r·|u_t|²
 *
 * It never terminates; episodes last 20 steps. See truth.ts for expected returns and the optimal policy.
 *
 * - Units: m; reward −1 per squared metre at q = 1.
 * - Source: this package.
 */
export const linearQuadratic: Environment = environment({
  id: "LinearQuadratic-v1",
  version: "1",
  summary: "Steer a point in the plane to a target; returns are known in closed form",
  observation: {
    _tag: "Box",
    low: [-Infinity, -Infinity],
    high: [Infinity, Infinity],
    names: ["x", "y"],
    units: ["m", "m"],
    dtype: "float64"
  },
  action: {
    _tag: "Box",
    low: [-ACTION_BOUND, -ACTION_BOUND],
    high: [ACTION_BOUND, ACTION_BOUND],
    names: ["u_x", "u_y"],
    units: ["", ""],
    dtype: "float64"
  },
  parameters,
  maxEpisodeSteps: 20,
  secondsPerStep: 1,
  dynamics: (p) => dynamics(p)
})

const dynamics = (p: LinearQuadraticParams): Dynamics => {
  const along = p.gain * cos(p.angle)
  const across = p.gain * sin(p.angle)
  return {
    stateSize: 2,
    observationSize: 2,
    actionSize: 2,
    reset: (state, at, stream) => {
      state[at] = uniform(stream, -p.reset_radius, p.reset_radius)
      state[at + 1] = uniform(stream, -p.reset_radius, p.reset_radius)
    },
    step: (state, at, action, stream, outcome) => {
      const x = state[at]!
      const y = state[at + 1]!
      const u = action[0]!
      const v = action[1]!
      const dx = x - p.target_x
      const dy = y - p.target_y
      outcome.reward = -p.state_cost * (dx * dx + dy * dy) - p.action_cost * (u * u + v * v)
      outcome.terminated = false
      state[at] = x + (along * u - across * v)
      state[at + 1] = y + (across * u + along * v)
      if (p.noise > 0) {
        state[at]! += p.noise * standardNormal(stream)
        state[at + 1]! += p.noise * standardNormal(stream)
      }
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]!
      out[outAt + 1] = state[at + 1]!
    },
    render: (state, at) => renderPlane(state[at]!, state[at + 1]!, p)
  }
}

/** The point, its target and the square of first states, as one SVG element. */
const renderPlane = (x: number, y: number, p: LinearQuadraticParams): string => {
  const reach = 1.5 * Math.max(p.reset_radius, Math.abs(p.target_x), Math.abs(p.target_y), 0.1)
  const px = (v: number): number => Math.round((150 + (145 * v) / reach) * 100) / 100
  const side = px(p.reset_radius) - px(-p.reset_radius)
  const corner = px(-p.reset_radius)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" role="img" aria-label="point and target">`,
    `<rect x="${corner}" y="${corner}" width="${side}" height="${side}" fill="none" stroke="#bbb"/>`,
    `<circle cx="${px(p.target_x)}" cy="${px(-p.target_y)}" r="8" fill="none" stroke="#b33" stroke-width="2"/>`,
    `<circle cx="${px(x)}" cy="${px(-y)}" r="5" fill="#345"/>`,
    "</svg>"
  ].join("")
}
