import { cos, sin } from "../../core/math/mod.ts"
import { uniform } from "../../core/random/mod.ts"
import { type Dynamics, type Environment, environment } from "../env.ts"
import { number, type Resolved } from "../parameter.ts"
import { renderPendulum } from "./render.ts"

const TURN = 2 * Math.PI

const parameters = {
  g: number(10, "m/s²", -1000, 1000, "acceleration of free fall"),
  m: number(1, "kg", 1e-3, 1e3, "mass of the rod"),
  l: number(1, "m", 1e-2, 100, "length of the rod"),
  max_torque: number(2, "N m", 0, 1e6, "larger torques are cut to it"),
  max_speed: number(8, "rad/s", 1e-3, 1e6, "the rod turns no faster"),
  dt: number(0.05, "s", 1e-6, 1, "time between two states"),
  x_init: number(Math.PI, "rad", 0, 1e3, "the first angle is uniform in [−x_init, x_init)"),
  y_init: number(1, "rad/s", 0, 1e3, "the first speed is uniform in [−y_init, y_init)")
}

/**
 * A rod that hangs from one end and shall stand upright, by a torque too weak to lift it at once: Gymnasium's Pendulum-v1.
 *
 *     ω ← clip(ω + (3g/(2l)·sin θ + 3/(m·l²)·u)·dt),   θ ← θ + ω·dt
 *     r = −(θ² + 0.1·ω² + 0.001·u²),   θ in [−π, π), 0 upright, both before the step
 *
 * It never terminates. The torque is a float32 number, as in Gymnasium's action space, and so are its products with
 * constants; all else is float64.
 *
 * Differs: NumPy's vectorised sine may be 1 ulp off; ours is correctly rounded nearly always.
 *
 * - Units: rad, rad/s, N m; reward from −16.28 to 0 a step.
 * - Source: Gymnasium 1.4 `classic_control/pendulum`.
 */
export const pendulum: Environment = environment({
  id: "Pendulum-v1",
  version: "1",
  summary: "Swing a rod up and hold it upright by a weak torque",
  observation: {
    _tag: "Box",
    low: [-1, -1, -8],
    high: [1, 1, 8],
    names: ["cos_theta", "sin_theta", "theta_dot"],
    units: ["", "", "rad/s"],
    dtype: "float32"
  },
  action: { _tag: "Box", low: [-2], high: [2], names: ["torque"], units: ["N m"], dtype: "float32" },
  parameters,
  maxEpisodeSteps: 200,
  secondsPerStep: 0.05,
  dynamics: (p) => dynamics(p)
})

const dynamics = (p: Resolved<typeof parameters>): Dynamics => {
  const { g, m, l, max_speed, max_torque, dt } = p
  const weight = (3 * g) / (2 * l)
  const push = Math.fround(3 / (m * (l * l)))
  const effort = Math.fround(0.001)
  return {
    stateSize: 2,
    observationSize: 3,
    actionSize: 1,
    reset: (state, at, stream) => {
      state[at] = uniform(stream, -p.x_init, p.x_init)
      state[at + 1] = uniform(stream, -p.y_init, p.y_init)
    },
    step: (state, at, action, _stream, outcome) => {
      const theta = state[at]!
      const omega = state[at + 1]!
      const u = Math.fround(Math.min(Math.max(action[0]!, -max_torque), max_torque))
      const angle = normalised(theta)
      const cost = angle * angle + 0.1 * (omega * omega) + Math.fround(effort * Math.fround(u * u))
      const faster = omega + (weight * sin(theta) + Math.fround(push * u)) * dt
      const speed = Math.min(Math.max(faster, -max_speed), max_speed)
      state[at] = theta + speed * dt
      state[at + 1] = speed
      outcome.reward = -cost
      outcome.terminated = false
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = cos(state[at]!)
      out[outAt + 1] = sin(state[at]!)
      out[outAt + 2] = state[at + 1]!
    },
    render: (state, at) => renderPendulum(state[at]!, l)
  }
}

/** The same angle in [−π, π), by the remainder that takes the divisor's sign. */
const normalised = (theta: number): number => {
  const rest = (theta + Math.PI) % TURN
  return (rest < 0 ? rest + TURN : rest) - Math.PI
}
