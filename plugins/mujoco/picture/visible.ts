/** What a model shows: its visible shapes, and where its simulation has them. */
import * as E from "fp-ts/lib/Either.js"
import { type Body, POSE, type Solid } from "../../../envs/mod.ts"
import type { Data, EngineError, Model, Views } from "../engine/mod.ts"
import { colourOf, type Look } from "./colour.ts"
import { box, capsule, cylinder, sphere } from "./solids.ts"

/** What can be seen of a simulation. */
export interface Visible {
  /** Read from the model when they are first asked for. */
  readonly bodies: () => readonly Body[]
  /**
   * Writes where the simulation's `kinematics` have them now.
   *
   * - Shapes: `[bodies][12]`, as `Scene.place` of envs.
   */
  readonly place: (poses: Float64Array) => void
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

const visibles = new WeakMap<Model, Visible>()

/**
 * What is seen of a model in its simulation; shapes are read once for a model.
 *
 * - Errors: `name`, where the engine gives no such arrays.
 */
export const visibleOf = (model: Model, data: Data): E.Either<EngineError, Visible> => {
  const before = visibles.get(model)
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
    const visible = seen({ ...floats.right, ...singles.right, ...integers.right, ...bytes.right }, places)
    visibles.set(model, visible)
    return visible
  })(data.floats(["geom_xpos", "geom_xmat"]))
}

const seen = (from: Sources, places: Views<"geom_xpos" | "geom_xmat">): Visible => {
  let known: Shown | undefined
  const shown = (): Shown => (known ??= shownOf(from))
  return {
    bodies: () => shown().bodies,
    place: (poses) => {
      const [positions, turns] = [places.geom_xpos(), places.geom_xmat()]
      for (const [i, geom] of shown().geoms.entries()) {
        for (let k = 0; k < 3; k++) poses[POSE * i + k] = positions[3 * geom + k]!
        for (let k = 0; k < 9; k++) poses[POSE * i + 3 + k] = turns[9 * geom + k]!
      }
    }
  }
}

/** Bodies, and the number of each one's geom. */
interface Shown {
  readonly bodies: readonly Body[]
  readonly geoms: readonly number[]
}

const shownOf = (from: Sources): Shown => {
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
  const bodies: Body[] = []
  const geoms: number[] = []
  for (const geom of types.keys()) {
    const colour = colourOf(look, geom, materials[geom]!)
    const form = formOf(from, geom)
    if (form === undefined || groups[geom]! >= HIDDEN || colour[3] <= 0) continue
    bodies.push({ ...form, colour })
    geoms.push(geom)
  }
  return { bodies, geoms }
}

const solid = (of: Solid, x: number, y: number, z: number) => ({ kind: "solid", solid: of, scale: [x, y, z] }) as const

const formOf = (from: Sources, geom: number) => {
  const sizes = from.geom_size()
  const [a, b, c] = [sizes[3 * geom]!, sizes[3 * geom + 1]!, sizes[3 * geom + 2]!]
  switch (from.geom_type()[geom]) {
    case GEOM.plane:
      return { kind: "plane", half: [a, b] } as const
    case GEOM.sphere:
      return solid(sphere, a, a, a)
    case GEOM.capsule:
      return solid(capsule(a, b), 1, 1, 1)
    case GEOM.ellipsoid:
      return solid(sphere, a, b, c)
    case GEOM.cylinder:
      return solid(cylinder, a, a, b)
    case GEOM.box:
      return solid(box, a, b, c)
    case GEOM.mesh:
      return solid(meshOf(from, from.geom_dataid()[geom]!), 1, 1, 1)
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
