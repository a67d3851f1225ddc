import { integers, uniform } from "../../core/random/mod.ts"
import { type Dynamics, type Environment, environment, type Variant } from "../env.ts"
import { flag, number, type Resolved } from "../parameter.ts"
import type { Space } from "../space.ts"
import { FPS, HEIGHT, INITIAL_FORCE, LEG, PAD_Y, POINTS, WIDTH } from "./constants.ts"
import { type Engines, graded, onOff, type Throttle } from "./engines.ts"
import {
  AWAKE,
  BODIES,
  CAPACITY,
  CRASHED,
  FORCE,
  HEIGHTS,
  LOG,
  rowSize,
  SHAPING,
  STEPS,
  stateSize,
  TOUCHING,
  WIND
} from "./layout.ts"
import { memory } from "./memory.ts"
import { renderLander } from "./render.ts"
import { tell } from "./world.ts"

const parameters = {
  gravity: number(-10, "m/s²", -11.9999, -0.0001, "acceleration of free fall, upwards"),
  enable_wind: flag(false, "whether wind blows while no leg touches the ground"),
  wind_power: number(15, "N", 0, 1000, "the wind's strongest force; 0 to 20 is usual"),
  turbulence_power: number(1.5, "N m", 0, 100, "the wind's strongest torque; 0 to 2 is usual")
}
const continuous = (value: boolean) => flag(value, "whether engines can be throttled, which changes the action space")

/** With the other kind of engines. */
const other = (value: boolean, id: string, environment: () => Environment): Variant => ({
  parameter: "continuous",
  values: String(value),
  id,
  example: { continuous: value },
  of: (params) => (params.continuous === value ? environment() : undefined)
})

const TURN = 2 * Math.PI

const shared = {
  version: "2",
  observation: {
    _tag: "Box",
    low: [-2.5, -2.5, -10, -10, -TURN, -10, 0, 0].map(Math.fround),
    high: [2.5, 2.5, 10, 10, TURN, 10, 1, 1].map(Math.fround),
    names: ["x", "y", "vx", "vy", "angle", "spin", "right_leg", "left_leg"],
    units: ["10 m", "6.67 m", "5 m/s", "7.5 m/s", "rad", "2.5 rad/s", "", ""],
    dtype: "float32"
  },
  maxEpisodeSteps: CAPACITY,
  secondsPerStep: 1 / FPS
} as const

/**
 * A lander with two legs that shall come to rest on a pad between hills: Gymnasium's LunarLander-v3, on Box2D (planck).
 *
 *     shaping = −100·(|(x, y)| + |(v_x, v_y)| + |angle|) + 10·left + 10·right
 *     r = shaping′ − shaping − 0.3·main − 0.03·side;   −100 on a crash or beyond |x| = 1, 100 at rest
 *
 * Terrain, push, wind and the two draws of every step are NumPy's, in Gymnasium's order; the first observation is one
 * step old. Box2D's 180 velocity and 60 position iterations a step are made.
 *
 * Differs: planck computes in float64, Box2D in float32, which is 3e-6 (median) after 30 steps and more after a bounce;
 * `docs/environments-parity.md` has the distances. The sine of the engine's own library goes into the rotation of bodies:
 * numbers of two engines may part in the last digits. A state has room for 1000 steps, the time limit; further ones change
 * nothing and terminate.
 *
 * - Units: of the observations as in the record; m, kg, s within the state.
 * - Source: Gymnasium 1.4 `box2d/lunar_lander`.
 */
export const lunarLander: Environment = environment({
  ...shared,
  id: "LunarLander-v3",
  summary: "Land softly between two flags with a main and two side engines",
  action: { _tag: "Discrete", n: 4, names: ["nothing", "left", "main", "right"] },
  parameters: { ...parameters, continuous: continuous(false) },
  variants: [other(true, "LunarLanderContinuous-v3", () => lunarLanderContinuous)],
  dynamics: (p) => dynamics(p, onOff)
})

const throttles: Space = {
  _tag: "Box",
  low: [-1, -1],
  high: [1, 1],
  names: ["main", "side"],
  units: ["", ""],
  dtype: "float32"
}

/** The same with engines that can be throttled, {@link graded}: Gymnasium's LunarLanderContinuous-v3. */
export const lunarLanderContinuous: Environment = environment({
  ...shared,
  id: "LunarLanderContinuous-v3",
  summary: "Land softly between two flags with engines that can be throttled",
  action: throttles,
  parameters: { ...parameters, continuous: continuous(true) },
  variants: [other(false, "LunarLander-v3", () => lunarLander)],
  dynamics: (p) => dynamics(p, graded)
})

const dynamics = (p: Resolved<typeof parameters>, engines: Engines): Dynamics => {
  const bodies = memory(p, engines)
  const throttle: Throttle = { main: 0, side: 0, direction: 0 }
  const seen = new Float64Array(8)
  const row = rowSize(engines.size)
  const size = stateSize(engines.size)

  const shaping = (state: Float64Array, at: number): number => {
    observe(state, at, seen, 0)
    const far = Math.sqrt(seen[0]! * seen[0]! + seen[1]! * seen[1]!)
    const fast = Math.sqrt(seen[2]! * seen[2]! + seen[3]! * seen[3]!)
    return -100 * far - 100 * fast - 100 * Math.abs(seen[4]!) + 10 * seen[6]! + 10 * seen[7]!
  }

  return {
    stateSize: size,
    observationSize: 8,
    actionSize: engines.size,
    reset: (state, at, stream) => {
      state.fill(0, at, at + size)
      for (let i = 0; i <= POINTS; i++) state[at + HEIGHTS + i] = uniform(stream, 0, HEIGHT / 2)
      const middle = (POINTS - 1) / 2
      for (let i = middle - 2; i <= middle + 2; i++) state[at + HEIGHTS + i] = PAD_Y
      for (let i = 0; i < 2; i++) state[at + FORCE + i] = uniform(stream, -INITIAL_FORCE, INITIAL_FORCE)
      if (p.enable_wind) for (let i = 0; i < 2; i++) state[at + WIND + i] = integers(stream, -9999, 9999)
      for (let i = 0; i < 2; i++) uniform(stream, -1, 1)
      const craft = bodies.begin(state, at)
      tell(craft, state, at)
      state[at + SHAPING] = shaping(state, at)
      bodies.keep(craft, state, at)
    },
    step: (state, at, action, stream, outcome) => {
      const done = state[at + STEPS]!
      if (done >= CAPACITY) {
        outcome.reward = 0
        outcome.terminated = true
        return
      }
      const craft = bodies.recall(state, at)
      const log = at + LOG + done * row
      for (let i = 0; i < engines.size; i++) state[log + i] = action[i]!
      for (let i = engines.size; i < row; i++) state[log + i] = uniform(stream, -1, 1)
      bodies.play(craft, state, at, done)
      state[at + STEPS] = done + 1
      tell(craft, state, at)
      const after = shaping(state, at)
      engines.read(action, 0, throttle)
      outcome.reward = after - state[at + SHAPING]! - throttle.main * 0.3 - throttle.side * 0.03
      outcome.terminated = false
      state[at + SHAPING] = after
      if (state[at + CRASHED] === 1 || Math.abs(seen[0]!) >= 1) {
        outcome.reward = -100
        outcome.terminated = true
      }
      if (state[at + AWAKE] === 0) {
        outcome.reward = 100
        outcome.terminated = true
      }
      bodies.keep(craft, state, at)
    },
    observe,
    // Gymnasium's 200 is what the mean over episodes should be; of one episode, coming to rest is what it rewards.
    succeeded: (state, at) => state[at + AWAKE] === 0,
    render: renderLander
  }
}

const observe: Dynamics["observe"] = (state, at, out, outAt) => {
  const hull = at + BODIES
  out[outAt] = (state[hull]! - WIDTH / 2) / (WIDTH / 2)
  out[outAt + 1] = (state[hull + 1]! - (PAD_Y + LEG.down)) / (HEIGHT / 2)
  out[outAt + 2] = (state[hull + 3]! * (WIDTH / 2)) / FPS
  out[outAt + 3] = (state[hull + 4]! * (HEIGHT / 2)) / FPS
  out[outAt + 4] = state[hull + 2]!
  out[outAt + 5] = (20 * state[hull + 5]!) / FPS
  out[outAt + 6] = state[at + TOUCHING]!
  out[outAt + 7] = state[at + TOUCHING + 1]!
}
