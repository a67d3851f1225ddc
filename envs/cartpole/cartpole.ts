import { cos, sin } from "../../core/math/mod.ts"
import { uniform } from "../../core/random/mod.ts"
import { type Dynamics, type Environment, environment } from "../env.ts"
import { choiceOf, flag, number, type Resolved } from "../parameter.ts"
import { renderCartPole } from "./render.ts"

const parameters = {
  gravity: number(9.8, "m/s²", 0, 1000, "acceleration of free fall"),
  masscart: number(1, "kg", 1e-6, 1e6, "mass of the cart"),
  masspole: number(0.1, "kg", 1e-6, 1e6, "mass of the pole"),
  length: number(0.5, "m", 1e-3, 1000, "half the length of the pole"),
  force_mag: number(
    10,
    "N",
    -1e6,
    1e6,
    "push of action 1; action 0 pushes as hard the other way, a negative value swaps them"
  ),
  tau: number(0.02, "s", 1e-6, 1, "time between two states"),
  theta_threshold_radians: number(
    (12 * 2 * Math.PI) / 360,
    "rad",
    1e-6,
    Math.PI,
    "angle beyond which the pole has fallen"
  ),
  x_threshold: number(2.4, "m", 1e-6, 1e6, "distance from the centre beyond which the cart has left the track"),
  kinematics_integrator: choiceOf(
    "euler",
    ["euler", "semi-implicit euler"],
    "whether positions move with the old or the new speeds"
  ),
  derived_recomputed: flag(
    true,
    "whether total mass and pole moment follow changed masses and length; false: they keep the defaults' values, as when Gymnasium's attributes are overwritten after construction"
  ),
  sutton_barto_reward: flag(false, "reward 0 while balancing and −1 at the fall, instead of 1 a step"),
  reset_low: number(-0.05, "m, m/s, rad, rad/s", -1, 1, "lower bound of each of the four numbers of the first state"),
  reset_high: number(0.05, "m, m/s, rad, rad/s", -1, 1, "upper bound of each of the four numbers of the first state")
}

/**
 * The cart and pole of Barto, Sutton and Anderson (1983), equal to Gymnasium's CartPole-v1 to the last bit.
 *
 *     u = (F + m_p·l·ω²·sin θ)/M
 *     α = (g·sin θ − cos θ·u)/(l·(4/3 − m_p·cos²θ/M)),   a = u − m_p·l·α·cos θ/M,   M = m_c + m_p
 *     x ← x + τ·v,   v ← v + τ·a,   θ ← θ + τ·ω,   ω ← ω + τ·α
 *
 * Balancing is unstable, so an equal formula in another order of operations drifts away within one episode: the order
 * below is Gymnasium's. State and thresholds are float64; only observations are float32.
 *
 * - Units: m, m/s, rad, rad/s; reward 1 a step, the terminating one included.
 * - Source: "Neuronlike adaptive elements", IEEE Trans. SMC 13(5), 1983; Gymnasium 1.4 `classic_control/cartpole`.
 */
export const cartPole: Environment = environment({
  id: "CartPole-v1",
  version: "1",
  summary: "Keep a pole upright on a cart by pushing the cart left or right",
  observation: {
    _tag: "Box",
    low: [-4.8, -Infinity, -0.41887903, -Infinity].map(Math.fround),
    high: [4.8, Infinity, 0.41887903, Infinity].map(Math.fround),
    names: ["x", "x_dot", "theta", "theta_dot"],
    units: ["m", "m/s", "rad", "rad/s"],
    dtype: "float32"
  },
  action: { _tag: "Discrete", n: 2, names: ["left", "right"] },
  parameters,
  maxEpisodeSteps: 500,
  secondsPerStep: 0.02,
  dynamics: (p) => dynamics(p)
})

const dynamics = (p: Resolved<typeof parameters>): Dynamics => {
  const { gravity, masspole, length, force_mag, tau, theta_threshold_radians, x_threshold } = p
  const total = p.derived_recomputed ? masspole + p.masscart : parameters.masspole.default + parameters.masscart.default
  const moment = p.derived_recomputed ? masspole * length : parameters.masspole.default * parameters.length.default
  const euler = p.kinematics_integrator === "euler"
  const [alive, fallen] = p.sutton_barto_reward ? [0, -1] : [1, 1]

  return {
    stateSize: 4,
    observationSize: 4,
    actionSize: 1,
    reset: (state, at, stream) => {
      for (let i = 0; i < 4; i++) state[at + i] = uniform(stream, p.reset_low, p.reset_high)
    },
    step: (state, at, action, _stream, outcome) => {
      const x0 = state[at]!
      const v0 = state[at + 1]!
      const theta0 = state[at + 2]!
      const omega0 = state[at + 3]!
      const force = action[0] === 1 ? force_mag : -force_mag
      const c = cos(theta0)
      const s = sin(theta0)
      const drive = (force + moment * (omega0 * omega0) * s) / total
      const alpha = (gravity * s - c * drive) / (length * (4 / 3 - (masspole * (c * c)) / total))
      const acceleration = drive - (moment * alpha * c) / total
      const v = v0 + tau * acceleration
      const omega = omega0 + tau * alpha
      const x = x0 + tau * (euler ? v0 : v)
      const theta = theta0 + tau * (euler ? omega0 : omega)
      state[at] = x
      state[at + 1] = v
      state[at + 2] = theta
      state[at + 3] = omega
      const terminated =
        x < -x_threshold || x > x_threshold || theta < -theta_threshold_radians || theta > theta_threshold_radians
      outcome.terminated = terminated
      outcome.reward = terminated ? fallen : alive
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]!
      out[outAt + 1] = state[at + 1]!
      out[outAt + 2] = state[at + 2]!
      out[outAt + 3] = state[at + 3]!
    },
    render: (state, at) => renderCartPole(state[at]!, state[at + 2]!, length, x_threshold)
  }
}
