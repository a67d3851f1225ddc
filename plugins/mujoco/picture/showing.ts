/** How an environment in MuJoCo shows its states. */
import { type Body, type Camera, type Colour, type Dynamics, POSE, type Point, type Scene } from "../../../envs/mod.ts"
import { pngOf } from "../../io/png.ts"
import { draw } from "./draw.ts"
import { sphere } from "./solids.ts"
import type { Visible } from "./visible.ts"

/** A ball that marks a place which the model does not show: a goal. */
export interface Mark {
  readonly radius: number
  readonly colour: Colour
  readonly position: (state: Float64Array, at: number) => Point
}

/** What of a simulation is shown, and how. */
export interface Showing {
  /** What a picture is of, for who cannot see it. */
  readonly label: string
  readonly visible: Visible
  /** Puts the simulation into a state, with all that follows from its positions. */
  readonly enter: (state: Float64Array, at: number) => void
  /** The camera of a state. */
  readonly camera: (state: Float64Array, at: number) => Camera
  readonly marks?: readonly Mark[]
}

/** The size of a picture in a report, in pixels. */
const SMALL = { width: 320, height: 240 }

export type Pictures = Required<Pick<Dynamics, "picture" | "render" | "scene">>

/** `scene` of the dynamics, `picture` of it, and `render`: the latter as an image in an SVG element. */
export const pictures = (showing: Showing): Pictures => {
  const scene = sceneOf(showing)
  const picture = pictureOf(scene)
  return {
    scene,
    picture,
    render: (state, at) => {
      const { width, height } = SMALL
      const png = Buffer.from(pngOf(picture(state, at, SMALL))).toString("base64")
      const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${png}"/>`
      const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${showing.label}">`
      return `${head}${image}</svg>`
    }
  }
}

const UNTURNED = [1, 0, 0, 0, 1, 0, 0, 0, 1]

const ball = ({ radius, colour }: Mark): Body => ({
  kind: "solid",
  solid: sphere,
  scale: [radius, radius, radius],
  colour
})

/** What the model shows, then the marks. */
const sceneOf = ({ visible, enter, camera, marks = [] }: Showing): Scene => {
  let bodies: readonly Body[] | undefined
  return {
    bodies: () => (bodies ??= [...visible.bodies(), ...marks.map(ball)]),
    place: (state, at, poses) => {
      enter(state, at)
      visible.place(poses)
      const first = POSE * visible.bodies().length
      for (const [i, { position }] of marks.entries())
        poses.set([...position(state, at), ...UNTURNED], first + POSE * i)
      return camera(state, at)
    }
  }
}

/** The picture of a scene, drawn by the CPU. */
export const pictureOf =
  (scene: Scene): Pictures["picture"] =>
  (state, at, size) => {
    const bodies = scene.bodies()
    const poses = new Float64Array(POSE * bodies.length)
    const camera = scene.place(state, at, poses)
    const shapes = bodies.map((body, i) => {
      const [x, y, z] = poses.subarray(POSE * i)
      return { ...body, pose: { position: [x!, y!, z!] as const, turn: poses.subarray(POSE * i + 3, POSE * (i + 1)) } }
    })
    return draw(shapes, camera, size)
  }
