/** A scene in MuJoCo: the arm, its gripper, and what lies on the table. One a thread serves all episodes in it. */
import * as Either from "fp-ts/lib/Either.js"
import type { Failure } from "../../core/failure/mod.ts"
import {
  type Data,
  type Engine,
  type EngineError,
  type Model,
  openEngine,
  type Views,
  type Visible,
  visibleOf
} from "../mujoco/mod.ts"
import { looksOf, sceneModel } from "./looks.ts"
import { quaternionOf } from "./quaternion.ts"
import type { Place } from "./task.ts"

/** Writes numbers to `out[at …]`. */
export type Reader = (out: Float64Array, at: number) => void

const MODEL_ARRAYS = ["body_pos", "eq_data"] as const
const DATA_ARRAYS = [
  "qpos",
  "qvel",
  "qacc_warmstart",
  "ctrl",
  "mocap_pos",
  "mocap_quat",
  "xpos",
  "xquat",
  "geom_xpos",
  "geom_xmat",
  "site_xpos",
  "site_xmat"
] as const

/** A scene that can be simulated. */
export interface Simulation {
  readonly model: Model
  readonly data: Data
  readonly visible: Visible
  readonly bodies: Views<"body_pos">
  readonly views: Views<(typeof DATA_ARRAYS)[number]>
  /** How to read where things are. Errors: `name`. */
  readonly positions: (places: readonly Place[]) => Either.Either<EngineError, readonly Reader[]>
  /** How to read how something is turned: of a body w first, of others w last. Errors: `name`. */
  readonly turn: (place: Place) => Either.Either<EngineError, Reader>
}

/** The engine whose contacts are those of the MuJoCo 3.3.0 that Meta-World asks for; later ones differ. */
const ENGINE = "3.3.8"

/** `mjDSBL_ISLAND`: 3.3.0 solved all constraints as one problem, 3.3.8 would solve one for each island. */
const NO_ISLANDS = 1 << 18

/** `mjNEQDATA`, and where in a weld's numbers the rotation and the weight of it stand: hand and mocap are kept together. */
const WELD = { size: 11, rotation: 6, torque: 10 }

/**
 * The simulation of a scene, made by the first that asks and kept as long as the thread.
 *
 * - Errors: those of the engine; a missing or damaged asset pack.
 */
export const simulationOf = (scene: string): Either.Either<Failure, Simulation> =>
  Either.chainW((engine: Engine) =>
    Either.chainW((model: Model) => simulated(engine, scene, model))(sceneModel(engine, scene))
  )(openEngine(ENGINE))

const known = new WeakMap<Model, Simulation>()

const simulated = (engine: Engine, scene: string, model: Model): Either.Either<EngineError, Simulation> => {
  const before = known.get(model)
  if (before !== undefined) return Either.right(before)
  const arrays = model.floats(MODEL_ARRAYS)
  if (Either.isLeft(arrays)) return arrays
  const welds = arrays.right.eq_data()
  welds.fill(0)
  for (let at = 0; at < welds.length; at += WELD.size) {
    welds[at + WELD.rotation] = -1
    welds[at + WELD.torque] = 5
  }
  Object.assign(Reflect.get(model.handle, "opt"), { disableflags: NO_ISLANDS })
  const data = model.sharedData()
  const visible = visibleOf(model, data)
  if (Either.isLeft(visible)) return visible
  return Either.map((views: Simulation["views"]) => {
    const looks = looksOf(engine, scene, { ...views, body_pos: arrays.right.body_pos }, visible.right)
    const shared = { model, data, visible: looks, bodies: arrays.right, views }
    const made: Simulation = { ...shared, ...readersOf(model, views) }
    known.set(model, made)
    return made
  })(data.floats(DATA_ARRAYS))
}

const readersOf = (model: Model, views: Simulation["views"]): Pick<Simulation, "positions" | "turn"> => {
  const positions = { body: views.xpos, geom: views.geom_xpos, site: views.site_xpos }
  const matrices = { geom: views.geom_xmat, site: views.site_xmat }
  const position = ({ kind, name }: Place): Either.Either<EngineError, Reader> =>
    Either.map((id: number): Reader => {
      // The arm and the gripper have nine joints of one coordinate each: the address is the joint's number.
      if (kind === "joint") return (out, at) => void (out[at] = views.qpos()[id]!)
      const view = positions[kind]
      return (out, at) => copy(view(), 3 * id, out, at, 3)
    })(model.id(kind, name))
  return {
    positions: (places) => all(places.map(position)),
    turn: ({ kind, name }) =>
      Either.map((id: number): Reader => {
        if (kind === "body" || kind === "joint") return (out, at) => copy(views.xquat(), 4 * id, out, at, 4)
        const view = matrices[kind]
        return (out, at) => quaternionOf(view(), 9 * id, out, at)
      })(model.id(kind, name))
  }
}

/** All values, or the first refusal. */
const all = <E, A>(results: readonly Either.Either<E, A>[]): Either.Either<E, readonly A[]> => {
  const values: A[] = []
  for (const result of results) {
    if (Either.isLeft(result)) return result
    values.push(result.right)
  }
  return Either.right(values)
}

/** Copies so many numbers; a `subarray` would be allocated. */
export const copy = (from: Float64Array, at: number, to: Float64Array, toAt: number, count: number): void => {
  for (let i = 0; i < count; i++) to[toAt + i] = from[at + i]!
}
