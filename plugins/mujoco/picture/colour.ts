import type { Colour } from "../../../envs/mod.ts"

/** Where a model's colours are. */
export interface Look {
  /** Shapes: `[geoms][4]` and `[materials][4]`. */
  readonly geoms: Float32Array
  readonly materials: Float32Array
  /** The textures of each material, one a role: `[materials][roles]`, −1 is none. */
  readonly textureOf: Int32Array
  /** Texels, a texture's from `at` on. */
  readonly textures: {
    readonly data: Uint8Array
    readonly at: Int32Array
    readonly width: Int32Array
    readonly height: Int32Array
    readonly channels: Int32Array
  }
}

/** The role `mjTEXROLE_RGB`: what colours a surface. */
const RGB = 1

/** What MuJoCo gives a geom that names no colour. */
const UNSET = 0.5

/**
 * The colour of a geom: its own; where it names none its material's, times the mean of the texture. So a textured surface is of
 * one colour here.
 */
export const colourOf = (look: Look, geom: number, material: number): Colour => {
  const own = fourOf(look.geoms, geom)
  const isUnset = own[0] === UNSET && own[1] === UNSET && own[2] === UNSET && own[3] === 1
  if (material < 0) return own
  const [r, g, b, a] = isUnset ? fourOf(look.materials, material) : own
  const roles = look.textureOf.length / (look.materials.length / 4)
  const [mr, mg, mb] = meanOf(look.textures, look.textureOf[roles * material + RGB] ?? -1)
  return [r * mr, g * mg, b * mb, a]
}

const fourOf = (from: Float32Array, i: number): Colour => [
  from[4 * i]!,
  from[4 * i + 1]!,
  from[4 * i + 2]!,
  from[4 * i + 3]!
]

const meanOf = (
  { data, at, width, height, channels }: Look["textures"],
  texture: number
): readonly [number, number, number] => {
  const count = texture < 0 ? 0 : width[texture]! * height[texture]!
  if (count === 0 || channels[texture]! < 3) return [1, 1, 1]
  const mean = (c: number): number => {
    let sum = 0
    for (let i = 0; i < count; i++) sum += data[at[texture]! + channels[texture]! * i + c]!
    return sum / (255 * count)
  }
  return [mean(0), mean(1), mean(2)]
}
