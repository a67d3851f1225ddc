/** An episode of a robot as numbers: how they enter the one simulation that all episodes of a model share, and leave it. */
import * as E from "fp-ts/lib/Either.js"
import { type Floats, type Stream, standardNormal, uniform } from "../../../core/random/mod.ts"
import { environmentError } from "../../../envs/internal.ts"
import type { Camera, EnvError } from "../../../envs/mod.ts"
import { packModel, packs } from "../assets/mod.ts"
import { type Data, type EngineId, type Model, openEngine, type Views } from "../engine/mod.ts"
import { type Pictures, pictures, type Visible, visibleOf } from "../picture/mod.ts"

/** Which robot, in which physics. */
export interface Robot {
  /** Its environment, for messages. */
  readonly environment: string
  /** Its file in the asset pack `gymnasium`. */
  readonly file: string
  readonly engine: EngineId
  /** Numbers of the state behind positions, velocities and the solver's start: the environment's own. */
  readonly extra: number
}

const FIELDS = ["qpos", "qvel", "qacc_warmstart", "ctrl", "xpos", "cfrc_ext"] as const

/**
 * A robot's simulation. The state of an episode is
 *
 *     [qpos, qvel, qacc_warmstart, the environment's own]
 *
 * for the solver of the next step begins where that of the last one ended.
 */
export interface Simulation {
  readonly model: Model
  readonly views: Views<(typeof FIELDS)[number]>
  readonly nq: number
  readonly nv: number
  readonly nu: number
  readonly stateSize: number
  /** Where the environment's own numbers begin. */
  readonly extraAt: number
  /** Seconds of one step of the engine. */
  readonly timestep: number
  /** As Gymnasium's `reset_model`: uniform noise on every position, then noise on every velocity, from the model's own. */
  readonly reset: (state: Float64Array, at: number, stream: Stream, noise: Noise) => void
  /**
   * So many steps of the engine from the state under a constant action; the new state but for the environment's own numbers
   * is written. False where MuJoCo lost the numbers: then all of the state is NaN, and {@link Simulation.fault} says why.
   */
  readonly step: (state: Float64Array, at: number, action: Floats, frames: number) => boolean
  readonly data: Data
  /** How states are shown, by a camera that goes along. */
  readonly pictures: (camera: (state: Float64Array, at: number) => Camera) => Pictures
  /** What MuJoCo warned of, once. */
  readonly fault: () => EnvError | undefined
}

/** Noise on the first state. */
export interface Noise {
  readonly scale: number
  /** How velocities are drawn: `scale` times a standard normal number, or uniformly below ±`scale`. */
  readonly velocity: "normal" | "uniform"
}

/**
 * The simulation of a robot.
 *
 * - Errors: `EnvironmentError` with the command that fetches the asset pack or installs the engine.
 */
export const simulationOf = (robot: Robot): E.Either<EnvError, Simulation> => {
  const { environment, file, engine: id } = robot
  const refused = (e: { readonly want: string; readonly got: string; readonly fix: string }): EnvError =>
    environmentError(environment, "the physics", e.want, e.got, e.fix)
  const engine = openEngine(id)
  if (E.isLeft(engine)) return E.left(refused(engine.left))
  const model = engine.right.sharedModel(file, () => packModel(packs.gymnasium, file))
  if (E.isLeft(model)) return E.left(refused(model.left))
  const data = model.right.sharedData()
  const views = data.floats(FIELDS)
  if (E.isLeft(views)) return E.left(refused(views.left))
  const visible = visibleOf(model.right, data)
  if (E.isLeft(visible)) return E.left(refused(visible.left))
  return E.right(simulate(robot, { model: model.right, data, visible: visible.right }, views.right))
}

/** What a robot is in. */
interface World {
  readonly model: Model
  readonly data: Data
  readonly visible: Visible
}

const simulate = (robot: Robot, { model, data, visible }: World, views: Simulation["views"]): Simulation => {
  const { qpos, qvel, qacc_warmstart: warm, ctrl } = views
  data.reset()
  const [rest, restSpeed] = [qpos().slice(), qvel().slice()]
  const [nq, nv, nu] = [rest.length, restSpeed.length, ctrl().length]
  const extraAt = nq + 2 * nv
  const stateSize = extraAt + robot.extra
  let fault: EnvError | undefined

  const enter = (state: Float64Array, at: number): void => {
    const [q, v, w] = [qpos(), qvel(), warm()]
    for (let i = 0; i < nq; i++) q[i] = state[at + i]!
    for (let i = 0; i < nv; i++) v[i] = state[at + nq + i]!
    for (let i = 0; i < nv; i++) w[i] = state[at + nq + nv + i]!
  }
  const leave = (state: Float64Array, at: number): void => {
    const [q, v, w] = [qpos(), qvel(), warm()]
    for (let i = 0; i < nq; i++) state[at + i] = q[i]!
    for (let i = 0; i < nv; i++) state[at + nq + i] = v[i]!
    for (let i = 0; i < nv; i++) state[at + nq + nv + i] = w[i]!
  }

  return {
    model,
    views,
    data,
    nq,
    nv,
    nu,
    stateSize,
    extraAt,
    timestep: model.timestep,
    reset: (state, at, stream, { scale, velocity }) => {
      for (let i = 0; i < nq; i++) state[at + i] = rest[i]! + uniform(stream, -scale, scale)
      for (let i = 0; i < nv; i++)
        state[at + nq + i] =
          restSpeed[i]! + (velocity === "normal" ? scale * standardNormal(stream) : uniform(stream, -scale, scale))
      for (let i = extraAt - nv; i < stateSize; i++) state[at + i] = 0
      enter(state, at)
      ctrl().fill(0)
      data.forward()
      leave(state, at)
    },
    step: (state, at, action, frames) => {
      enter(state, at)
      const c = ctrl()
      for (let i = 0; i < nu; i++) c[i] = action[i]!
      data.watch()
      data.step(frames)
      if (data.restarted()) {
        fault = environmentError(
          robot.environment,
          "step()",
          "a state that MuJoCo can go on from",
          data.warnings().join("; ") || "one that it began anew from",
          "take smaller actions or noise"
        )
        data.reset()
        state.fill(Number.NaN, at, at + stateSize)
        return false
      }
      leave(state, at)
      return true
    },
    pictures: (camera) => {
      const shown = (state: Float64Array, at: number): void => {
        enter(state, at)
        data.kinematics()
      }
      return pictures({ label: robot.environment, visible, enter: shown, camera })
    },
    fault: () => {
      const told = fault
      fault = undefined
      return told
    }
  }
}
