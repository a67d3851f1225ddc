/**
 * A scene without its looks, and with them. Pictures, and meshes of the arm that nothing touches, make up two thirds of the time that
 * MuJoCo takes to compile a scene, and a simulation never reads them: who looks has another model.
 */
import { posix } from "node:path"
import * as Either from "fp-ts/lib/Either.js"
import type { Failure } from "../../core/failure/mod.ts"
import { pngOf } from "../io/png.ts"
import {
  type Data,
  type Engine,
  type Model,
  type ModelSource,
  packModel,
  packs,
  type Views,
  type Visible,
  visibleOf
} from "../mujoco/mod.ts"

/**
 * Meshes of which every geom has `contype` and `conaffinity` 0, in bodies that name their own inertia, and that no task reads. The arm
 * touches things by its last link (`l6`), its hand (`eGripperBase`) and the claws.
 */
const ONLY_SEEN = ["pedestal", "base", "head", "l0", "l1", "l2", "l3", "l4", "l5"].map((name) => `${name}.stl`)

/** A mesh of twelve triangles that all scenes have. */
const SMALL = "tabletop.stl"

const PIXEL = pngOf({ width: 1, height: 1, rgb: new Uint8Array(3) })

/** Where such a scene's files are: MuJoCo keeps what it read by its path, and would take it for the whole scene's. */
const FOLDER = "without-looks"

/** The scene with the least in the place of what is only seen: it moves to the same bits. */
export const withoutLooks = ({ main, files }: ModelSource): ModelSource => {
  const small = [...files].find(([path]) => posix.basename(path) === SMALL)?.[1]
  const instead = (path: string) => {
    if (path.endsWith(".png")) return PIXEL
    return ONLY_SEEN.includes(posix.basename(path)) ? small : undefined
  }
  const moved = (path: string): string => posix.join(FOLDER, path)
  return {
    main: moved(main),
    files: new Map(Array.from(files, ([path, content]) => [moved(path), instead(path) ?? content]))
  }
}

const sourceOf = (scene: string) => packModel(packs.metaworld, `metaworld/assets/sawyer_xyz/${scene}.xml`)

/**
 * The model of a scene to be simulated, kept as long as the thread.
 *
 * - Errors: the engine's; a missing or damaged asset pack.
 */
export const sceneModel = (engine: Engine, scene: string): Either.Either<Failure, Model> =>
  engine.sharedModel<Failure>(`metaworld ${scene}`, () => Either.map(withoutLooks)(sourceOf(scene)))

/** Arrays that decide where things are. */
const PLACES = ["qpos", "mocap_pos", "mocap_quat"] as const

/** Where a simulation has things: what a picture of it needs. */
export type Placed = Views<"body_pos" | (typeof PLACES)[number]>

/**
 * What is seen of a scene where a simulation of it has things, compiled when it is looked at first. Where that fails, by files that
 * were damaged meanwhile, `simulated` is seen.
 */
export const looksOf = (engine: Engine, scene: string, placed: Placed, simulated: Visible): Visible => {
  let known: Visible | undefined
  const look = () => (known ??= Either.getOrElse(() => simulated)(seen(engine, scene, placed)))
  return { bodies: () => look().bodies(), place: (poses) => look().place(poses) }
}

const seen = (engine: Engine, scene: string, placed: Placed): Either.Either<Failure, Visible> =>
  Either.chainW((model: Model) => {
    const data = model.sharedData()
    const bodies = model.floats(["body_pos"])
    const places = data.floats(PLACES)
    const visible = visibleOf(model, data)
    if (Either.isLeft(bodies)) return bodies
    if (Either.isLeft(places)) return places
    return Either.map(following(data, { ...bodies.right, ...places.right }, placed))(visible)
  })(engine.sharedModel<Failure>(`metaworld ${scene}, to be seen`, () => sourceOf(scene)))

/** Shows things where another simulation has them. */
const following =
  (data: Data, own: Placed, other: Placed) =>
  ({ bodies, place }: Visible): Visible => ({
    bodies,
    place: (poses) => {
      own.body_pos().set(other.body_pos())
      for (const name of PLACES) own[name]().set(other[name]())
      data.kinematics()
      place(poses)
    }
  })
