/** Robots that run in a plane: HalfCheetah, Hopper, Walker2d. */
import * as E from "fp-ts/lib/Either.js"
import type { Camera, Dynamics, EnvError, Environment, Resolved } from "../../../envs/mod.ts"
import { engineOf, physical } from "../physical.ts"
import { absentOf, common, effort, endsOf, falling, motors, observed, range, worthOf } from "./parameters.ts"
import { type Noise, type Robot, type Simulation, simulationOf } from "./simulation.ts"

const asset = (name: string): string => `gymnasium/envs/mujoco/assets/${name}.xml`

/** The observation of a chain of joints that hangs at a root: positions but for x, then velocities. */
const chain = (joints: readonly string[]) =>
  observed([
    ["z", "m"],
    ["pitch", "rad"],
    ...joints.map((j) => [j, "rad"] as const),
    ["x_velocity", "m/s"],
    ["z_velocity", "m/s"],
    ["pitch_velocity", "rad/s"],
    ...joints.map((j) => [`${j}_velocity`, "rad/s"] as const)
  ])

/** What a planar robot is told, with all values; robots that cannot fall are always healthy. */
interface Running {
  readonly forward_reward_weight: number
  readonly ctrl_cost_weight: number
  readonly frame_skip: number
  readonly keep_velocity: boolean
  readonly target_velocity: number
  readonly reset: Noise
  /** Largest velocity that is observed. */
  readonly clip: number
  readonly healthy_reward: number
  readonly terminate: boolean
  readonly isHealthy: (state: Float64Array, at: number) => boolean
}

/**
 *     v = (x' − x)/dt,   r = w·v + h·[healthy] − c·Σ a²,   or −|v − v*| in the place of w·v
 */
const running = (robot: Robot, p: Running): E.Either<EnvError, Dynamics> =>
  E.map((sim: Simulation): Dynamics => {
    const { nq, nv, nu, stateSize } = sim
    const dt = sim.timestep * p.frame_skip
    return {
      stateSize,
      observationSize: nq - 1 + nv,
      actionSize: nu,
      reset: (state, at, stream) => sim.reset(state, at, stream, p.reset),
      step: (state, at, action, _stream, outcome) => {
        const before = state[at]!
        sim.step(state, at, action, p.frame_skip)
        const velocity = (state[at]! - before) / dt
        const healthy = p.isHealthy(state, at)
        outcome.reward =
          worthOf(p, velocity) + (healthy ? p.healthy_reward : 0) - p.ctrl_cost_weight * effort(action, nu)
        outcome.terminated = p.terminate && !healthy
      },
      observe: (state, at, out, outAt) => {
        for (let i = 1; i < nq; i++) out[outAt + i - 1] = state[at + i]!
        for (let i = 0; i < nv; i++) out[outAt + nq - 1 + i] = Math.min(Math.max(state[at + nq + i]!, -p.clip), p.clip)
      },
      ...sim.pictures((state, at) => beside(state[at]!)),
      fault: sim.fault
    }
  })(simulationOf(robot))

/** A camera that looks along y at what is at x. */
const beside = (x: number): Camera => ({ from: [x + 0.6, -3.4, 1.4], to: [x, 0, 0.6], fovy: 45 })

const legs = ["back_thigh", "back_shin", "back_foot", "front_thigh", "front_shin", "front_foot"]

/**
 * Two legs and a back in a plane, to run fast: Gymnasium's HalfCheetah-v5, 6 torques, 17 observations.
 *
 * Differs: the cost of actions is computed in float64; Gymnasium's is in float32 where actions are (1e-8).
 *
 * - Units: m, rad, s; dt 0.05 s.
 * - Source: Gymnasium 1.4 `mujoco/half_cheetah_v5`; MAML's goal velocities: arXiv:1703.03400, section 5.3.
 */
export const halfCheetah: Environment = physical({
  id: "HalfCheetah-v5",
  version: "1",
  summary: "Run forward on two legs in a plane; MuJoCo, without Python",
  observation: chain(legs),
  action: motors(legs),
  parameters: common(0.1, 0.1, 5),
  absent: absentOf("HalfCheetah-v5"),
  maxEpisodeSteps: 1000,
  secondsPerStep: 0.05,
  dynamics: (p) =>
    running(
      { environment: "HalfCheetah-v5", file: asset("half_cheetah"), engine: engineOf(p.mujoco), extra: 0 },
      {
        ...p,
        reset: { scale: p.reset_noise_scale, velocity: "normal" },
        clip: Number.POSITIVE_INFINITY,
        healthy_reward: 0,
        terminate: false,
        isHealthy: () => true
      }
    )
})

/** Whether low < x < high: both ends are outside. */
const between = (x: number, [low, high]: readonly [number, number]): boolean => low < x && x < high

/** Parameters of robots that may fall over, but for what all have. */
const overturning = (z: string, angle: string) => ({
  ...common(1e-3, 5e-3, 4),
  ...falling(1, z),
  healthy_angle_range: range(angle, "angles of the torso, in rad, between which it has not fallen")
})

/** A robot that may fall over: too low, too high, too far to one side, or what it says itself. */
const upright = (
  environment: string,
  file: string,
  p: Resolved<ReturnType<typeof overturning>>,
  isWell: Running["isHealthy"] = () => true
): E.Either<EnvError, Dynamics> => {
  const [z, angle] = [endsOf(p.healthy_z_range), endsOf(p.healthy_angle_range)]
  const robot = { environment, file: asset(file), engine: engineOf(p.mujoco), extra: 0 }
  return running(robot, {
    ...p,
    reset: { scale: p.reset_noise_scale, velocity: "uniform" },
    clip: 10,
    terminate: p.terminate_when_unhealthy,
    isHealthy: (state, at) => isWell(state, at) && between(state[at + 1]!, z) && between(state[at + 2]!, angle)
  })
}

/**
 * One leg that hops: Gymnasium's Hopper-v5, 3 torques, 11 observations; velocities are observed cut to ±10.
 *
 * - Units: m, rad, s; dt 0.008 s.
 * - Source: Gymnasium 1.4 `mujoco/hopper_v5`.
 */
export const hopper: Environment = physical({
  id: "Hopper-v5",
  version: "1",
  summary: "Hop forward on one leg in a plane; MuJoCo, without Python",
  observation: chain(["thigh", "leg", "foot"]),
  action: motors(["thigh", "leg", "foot"]),
  parameters: {
    ...overturning("0.7,inf", "-0.2,0.2"),
    healthy_state_range: range("-100,100", "between which all of the state but x and height must be")
  },
  absent: absentOf("Hopper-v5"),
  maxEpisodeSteps: 1000,
  secondsPerStep: 0.008,
  dynamics: (p) => {
    const all = endsOf(p.healthy_state_range)
    /** Positions and velocities: 6 of each. */
    const NUMBERS = 12
    return upright("Hopper-v5", "hopper", p, (state, at) => {
      for (let i = 2; i < NUMBERS; i++) if (!between(state[at + i]!, all)) return false
      return true
    })
  }
})

const walking = ["thigh", "leg", "foot", "left_thigh", "left_leg", "left_foot"]

/**
 * Two legs that walk: Gymnasium's Walker2d-v5, 6 torques, 17 observations; velocities are observed cut to ±10.
 *
 * - Units: m, rad, s; dt 0.008 s.
 * - Source: Gymnasium 1.4 `mujoco/walker2d_v5`.
 */
export const walker2d: Environment = physical({
  id: "Walker2d-v5",
  version: "1",
  summary: "Walk forward on two legs in a plane; MuJoCo, without Python",
  observation: chain(walking),
  action: motors(walking),
  parameters: overturning("0.8,2", "-1,1"),
  absent: absentOf("Walker2d-v5"),
  maxEpisodeSteps: 1000,
  secondsPerStep: 0.008,
  dynamics: (p) => upright("Walker2d-v5", "walker2d_v5", p)
})
