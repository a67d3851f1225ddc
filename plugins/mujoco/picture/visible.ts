/** What a model shows: its visible shapes, where its simulation has them. */
import * as E from "fp-ts/lib/Either.js"
import type { Picture, PictureSize } from "../../../envs/mod.ts"
import type { Data, EngineError, Model, Views } from "../engine/mod.ts"
import type { Camera, Point } from "./camera.ts"
import type { Colour } from "./canvas.ts"
import { colourOf, type Look } from "./colour.ts"
import { draw, type Shape } from "./draw.ts"
import { box, capsule, cylinder, type Solid, sphere } from "./solids.ts"

/** A ball that marks a place which the model does not show: a goal. */
export interface Mark {
  readonly position: Point
  readonly radius: number
  readonly colour: Colour
}

/** What can be drawn of a simulation. */
export interface Scene {
  /** What the camera sees where the simulation's `kinematics` have everything now. */
  readonly picture: (camera: Camera, size: PictureSize, marks?: readonly Mark[]) => Picture
}

/** Shapes of MuJoCo's `mjtGeom` that are drawn. */
const GEOM = { plane: 0, sphere: 2, capsule: 3, ellipsoid: 4, cylinder: 5, box: 6, mesh: 7 }

/** Groups from here on are not shown: by custom, what collides in place of what is seen. */
const HIDDEN = 3

const FLOATS = ["geom_size"] as const
const SINGLES = ["geom_rgba", "mat_rgba", "mesh_vert"] as const
const INTEGERS = [
  "geom_type",
  "geom_group",
  "geom_matid",
  "geom_dataid",
  "mat_texid",
  "mesh_vertadr",
  "mesh_vertnum",
  "mesh_faceadr",
  "mesh_facenum",
  "mesh_face",
  "tex_adr",
  "tex_width",
  "tex_height",
  "tex_nchannel"
] as const

type Sources = Views<(typeof FLOATS)[number]> &
  Views<(typeof SINGLES)[number], Float32Array> &
  Views<(typeof INTEGERS)[number], Int32Array> &
  Views<"tex_data", Uint8Array>

const known = new WeakMap<Model, Scene>()

/**
 * What is seen of a model in its simulation. Shapes are read when the first picture is drawn, once for a model.
 *
 * - Errors: `name`, where the engine gives no such arrays.
 */
export const sceneOf = (model: Model, data: Data): E.Either<EngineError, Scene> => {
  const before = known.get(model)
  if (before !== undefined) return E.right(before)
  const floats = model.floats(FLOATS)
  if (E.isLeft(floats)) return floats
  const singles = model.singles(SINGLES)
  if (E.isLeft(singles)) return singles
  const integers = model.integers(INTEGERS)
  if (E.isLeft(integers)) return integers
  const bytes = model.bytes(["tex_data"])
  if (E.isLeft(bytes)) return bytes
  return E.map((places: Views<"geom_xpos" | "geom_xmat">) => {
    const scene = shown({ ...floats.right, ...singles.right, ...integers.right, ...bytes.right }, places)
    known.set(model, scene)
    return scene
  })(data.floats(["geom_xpos", "geom_xmat"]))
}

/** A shape without its place, and the number of its geom. */
interface Visible {
  readonly geom: number
  readonly colour: Colour
  readonly form: { readonly solid: Solid; readonly scale: Point } | { readonly half: readonly [number, number] }
}

const shown = (from: Sources, places: Views<"geom_xpos" | "geom_xmat">): Scene => {
  let visible: readonly Visible[] | undefined
  return {
    picture: (camera, size, marks = []) => {
      visible ??= visibleOf(from)
      const [positions, turns] = [places.geom_xpos(), places.geom_xmat()]
      const shapes = visible.map(({ geom, colour, form }): Shape => {
        const position: Point = [positions[3 * geom]!, positions[3 * geom + 1]!, positions[3 * geom + 2]!]
        const pose = { position, turn: turns.subarray(9 * geom, 9 * geom + 9) }
        return "solid" in form ? { kind: "solid", ...form, pose, colour } : { kind: "plane", ...form, pose, colour }
      })
      return draw([...shapes, ...marks.map(ball)], camera, size)
    }
  }
}

const UNTURNED = [1, 0, 0, 0, 1, 0, 0, 0, 1]

const ball = ({ position, radius, colour }: Mark): Shape => ({
  kind: "solid",
  solid: sphere,
  scale: [radius, radius, radius],
  pose: { position, turn: UNTURNED },
  colour
})

const visibleOf = (from: Sources): readonly Visible[] => {
  const look: Look = {
    geoms: from.geom_rgba(),
    materials: from.mat_rgba(),
    textureOf: from.mat_texid(),
    textures: {
      data: from.tex_data(),
      at: from.tex_adr(),
      width: from.tex_width(),
      height: from.tex_height(),
      channels: from.tex_nchannel()
    }
  }
  const [types, groups, materials] = [from.geom_type(), from.geom_group(), from.geom_matid()]
  return Array.from(types, (_, geom) => geom).flatMap((geom) => {
    const colour = colourOf(look, geom, materials[geom]!)
    const form = formOf(from, geom)
    return form === undefined || groups[geom]! >= HIDDEN || colour[3] <= 0 ? [] : [{ geom, colour, form }]
  })
}

const formOf = (from: Sources, geom: number): Visible["form"] | undefined => {
  const sizes = from.geom_size()
  const [a, b, c] = [sizes[3 * geom]!, sizes[3 * geom + 1]!, sizes[3 * geom + 2]!]
  switch (from.geom_type()[geom]) {
    case GEOM.plane:
      return { half: [a, b] }
    case GEOM.sphere:
      return { solid: sphere, scale: [a, a, a] }
    case GEOM.capsule:
      return { solid: capsule(a, b), scale: [1, 1, 1] }
    case GEOM.ellipsoid:
      return { solid: sphere, scale: [a, b, c] }
    case GEOM.cylinder:
      return { solid: cylinder, scale: [a, a, b] }
    case GEOM.box:
      return { solid: box, scale: [a, b, c] }
    case GEOM.mesh:
      return { solid: meshOf(from, from.geom_dataid()[geom]!), scale: [1, 1, 1] }
    default:
      return undefined
  }
}

/** A mesh's own points, which are about its geom's middle already. */
const meshOf = (from: Sources, mesh: number): Solid => {
  const part = <A extends Float32Array | Int32Array>(all: A, at: Int32Array, count: Int32Array) =>
    all.subarray(3 * at[mesh]!, 3 * (at[mesh]! + count[mesh]!))
  return {
    points: Float64Array.from(part(from.mesh_vert(), from.mesh_vertadr(), from.mesh_vertnum())),
    faces: Int32Array.from(part(from.mesh_face(), from.mesh_faceadr(), from.mesh_facenum()))
  }
}
