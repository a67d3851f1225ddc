import * as E from "fp-ts/lib/Either.js"
import { type Dynamics, type Environment, number, type Resolved } from "../../../envs/mod.ts"
import { engineOf, physical } from "../physical.ts"
import { absentOf, common, effort, endsOf, falling, motors, observed, range, worthOf } from "./parameters.ts"
import { type Simulation, simulationOf } from "./simulation.ts"

const joints = ["hip_1", "ankle_1", "hip_2", "ankle_2", "hip_3", "ankle_3", "hip_4", "ankle_4"]
const axes = ["x", "y", "z"]
const quaternion = ["w", "x", "y", "z"]
/** Bodies but for the world: the torso, then hip, leg and foot of each leg. */
const bodies = ["torso", ...[1, 2, 3, 4].flatMap((leg) => ["hip", "leg", "foot"].map((part) => `${part}_${leg}`))]
/** Torque and force on each. */
const CONTACTS = 6 * bodies.length

const parameters = {
  ...common(0.5, 0.1, 5),
  ...falling(1, "0.2,1"),
  contact_cost_weight: number(5e-4, "", 0, 1e6, "weight of the contact forces' sum of squares, a cost"),
  contact_force_range: range("-1,1", "to which contact forces are cut, in N and N m")
}

/**
 * A torso on four legs, to run fast along x: Gymnasium's Ant-v5, 8 torques, 105 observations, 78 of them contact forces.
 *
 * The torso's place, whose change is the speed, and the contact forces are what MuJoCo leaves of its last step: of the last
 * stage of its integrator, not of the state that it ends in. So they are part of an episode's state.
 *
 * Differs: the cost of actions is computed in float64; Gymnasium's is in float32 where actions are (1e-8).
 *
 * - Units: m, rad, s, N, N m; dt 0.05 s.
 * - Source: Gymnasium 1.4 `mujoco/ant_v5`; MAML's goal velocities: arXiv:1703.03400, section 5.3.
 */
export const ant: Environment = physical({
  id: "Ant-v5",
  version: "1",
  summary: "Run forward on four legs; MuJoCo, without Python",
  observation: observed([
    ["z", "m"],
    ...quaternion.map((c) => [`orientation_${c}`, ""] as const),
    ...joints.map((j) => [j, "rad"] as const),
    ...axes.map((a) => [`${a}_velocity`, "m/s"] as const),
    ...axes.map((a) => [`${a}_spin`, "rad/s"] as const),
    ...joints.map((j) => [`${j}_velocity`, "rad/s"] as const),
    ...bodies.flatMap((b) => [
      ...axes.map((a) => [`${b}_torque_${a}`, "N m"] as const),
      ...axes.map((a) => [`${b}_force_${a}`, "N"] as const)
    ])
  ]),
  action: motors(["hip_4", "ankle_4", "hip_1", "ankle_1", "hip_2", "ankle_2", "hip_3", "ankle_3"]),
  parameters,
  absent: absentOf("Ant-v5"),
  maxEpisodeSteps: 1000,
  secondsPerStep: 0.05,
  dynamics: (p) =>
    E.map((sim: Simulation) => dynamics(p, sim))(
      simulationOf({
        environment: "Ant-v5",
        file: "gymnasium/envs/mujoco/assets/ant.xml",
        engine: engineOf(p.mujoco),
        extra: 1 + CONTACTS
      })
    )
})

/** Row of the torso in `xpos`. */
const TORSO = 1

const dynamics = (p: Resolved<typeof parameters>, sim: Simulation): Dynamics => {
  const { nq, nv, nu, stateSize, extraAt, data } = sim
  const { xpos, cfrc_ext } = sim.views
  const dt = sim.timestep * p.frame_skip
  const [zLow, zHigh] = endsOf(p.healthy_z_range)
  const [low, high] = endsOf(p.contact_force_range)
  const X = extraAt
  const FORCES = extraAt + 1

  const isHealthy = (state: Float64Array, at: number): boolean => {
    for (let i = 0; i < nq + nv; i++) if (!Number.isFinite(state[at + i])) return false
    return zLow <= state[at + 2]! && state[at + 2]! <= zHigh
  }
  return {
    stateSize,
    observationSize: nq - 2 + nv + CONTACTS,
    actionSize: nu,
    reset: (state, at, stream) => {
      sim.reset(state, at, stream, { scale: p.reset_noise_scale, velocity: "normal" })
      state[at + X] = xpos()[3 * TORSO]!
    },
    step: (state, at, action, _stream, outcome) => {
      const before = state[at + X]!
      let contacts = 0
      if (sim.step(state, at, action, p.frame_skip)) {
        data.rnePostConstraint()
        state[at + X] = xpos()[3 * TORSO]!
        const forces = cfrc_ext()
        for (let i = 0; i < CONTACTS; i++) {
          const force = Math.min(Math.max(forces[6 + i]!, low), high)
          state[at + FORCES + i] = force
          contacts += force * force
        }
      }
      const velocity = (state[at + X]! - before) / dt
      const healthy = isHealthy(state, at)
      const costs = p.ctrl_cost_weight * effort(action, nu) + p.contact_cost_weight * contacts
      outcome.reward = worthOf(p, velocity) + (healthy ? p.healthy_reward : 0) - costs
      outcome.terminated = p.terminate_when_unhealthy && !healthy
    },
    observe: (state, at, out, outAt) => {
      const moving = nq - 2 + nv
      for (let i = 0; i < moving; i++) out[outAt + i] = state[at + 2 + i]!
      for (let i = 0; i < CONTACTS; i++) out[outAt + moving + i] = state[at + FORCES + i]!
    },
    ...sim.pictures((state, at) => {
      const [x, y] = [state[at]!, state[at + 1]!]
      return { from: [x + 1.2, y - 3.2, 2.4], to: [x, y, 0.4], fovy: 45 }
    }),
    fault: sim.fault
  }
}
