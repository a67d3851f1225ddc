/** How an environment in MuJoCo shows its states. */
import type { Dynamics, Picture } from "../../../envs/mod.ts"
import { pngOf } from "../../io/png.ts"
import type { Camera } from "./camera.ts"
import type { Mark, Scene } from "./scene.ts"

/** What of a simulation is shown, and how. */
export interface Showing {
  /** What a picture is of, for who cannot see it. */
  readonly label: string
  readonly scene: Scene
  /** Puts the simulation into a state, with all that follows from its positions. */
  readonly enter: (state: Float64Array, at: number) => void
  /** The camera of a state, and what is marked in it. */
  readonly camera: (state: Float64Array, at: number) => Camera
  readonly marks?: (state: Float64Array, at: number) => readonly Mark[]
}

/** The size of a picture in a report, in pixels. */
const SMALL = { width: 320, height: 240 }

export type Pictures = Required<Pick<Dynamics, "picture" | "render">>

/** `picture` and `render` of the dynamics: the latter is the former as an image in an SVG element. */
export const pictures = ({ label, scene, enter, camera, marks }: Showing): Pictures => {
  const picture = (
    state: Float64Array,
    at: number,
    size: { readonly width: number; readonly height: number }
  ): Picture => {
    enter(state, at)
    return scene.picture(camera(state, at), size, marks?.(state, at))
  }
  return {
    picture,
    render: (state, at) => {
      const { width, height } = SMALL
      const png = Buffer.from(pngOf(picture(state, at, SMALL))).toString("base64")
      const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${png}"/>`
      const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`
      return `${head}${image}</svg>`
    }
  }
}
