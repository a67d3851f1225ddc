import { child, stream, zeroKey } from "../../core/random/mod.ts"
import type { Dynamics, Environment } from "../env.ts"
import type { PictureSize } from "../picture.ts"
import { type Body, type Camera, POSE, type Scene } from "../scene.ts"
import { actionOf, actionsOf, differ, episodes, type Law, made, type Trace } from "./support.ts"

const SIZE: PictureSize = { width: 32, height: 24 }
/** Steps of an episode that is looked at, and between two looks. */
const [STEPS, EVERY] = [60, 20]
/** How far axes of length 1 at right angles may be off: poses may be computed in single precision. */
const OFF = 1e-4

/** What there is to look at: pictures and scenes show a state, and change nothing. */
export const lookLaws = (env: Environment): readonly Law[] => [
  {
    name: "render() is a pure SVG element",
    fix: "return one text from <svg … to </svg> that depends on the state alone",
    check: () => {
      const { d, state } = began(env, 7)
      const drawn = d.render?.(state, 0)
      if (drawn === undefined) return undefined
      if (drawn !== d.render?.(state, 0)) return "two pictures of one state differ"
      return drawn.startsWith("<svg ") && drawn.endsWith("</svg>") ? undefined : drawn.slice(0, 80)
    }
  },
  {
    name: "picture() is of the size that was asked for",
    fix: "return width and height as they were given, and rgb of 3 bytes a pixel, rows from the top",
    check: () => {
      const { d, state } = began(env, 20)
      const drawn = d.picture?.(state, 0, SIZE)
      if (drawn === undefined) return undefined
      const { width, height, rgb } = drawn
      if (width !== SIZE.width || height !== SIZE.height)
        return `asked for ${SIZE.width} x ${SIZE.height}, got ${width} x ${height}`
      const bytes = 3 * width * height
      return rgb instanceof Uint8Array && rgb.length === bytes
        ? undefined
        : `want a Uint8Array of ${bytes}, got ${rgb.length} numbers`
    }
  },
  {
    name: "a scene's bodies are whole and stay the same, and place() writes all their poses",
    fix: "let faces number points, and write for each body its origin and axes of length 1 at right angles",
    check: () => {
      const { d, state } = began(env, 21)
      return d.scene === undefined ? undefined : sceneFault(d.scene, state)
    }
  },
  {
    name: "what is seen of a state is decided by the state alone: again, later, elsewhere in an array, by other dynamics",
    fix: "read state[at …] only, keep nothing of the last picture, and leave the state as it is",
    check: () => {
      const { d, state } = began(env, 22)
      const kept = state.slice()
      const first = seen(d, state, 0)
      played(env, d, true)
      const moved = Float64Array.of(Number.NaN, ...kept, Number.NaN)
      const other = made(env, {})
      if (state.some((x, i) => !Object.is(x, kept[i]))) return "looking changed the state"
      if (seen(d, state, 0) !== first) return "after an episode the same state looks different"
      if (seen(d, moved, 1) !== first) return "within another array the same state looks different"
      return seen(other, kept, 0) === first ? undefined : "other dynamics show the same state differently"
    }
  },
  {
    name: "looking at an episode changes nothing in it",
    fix: "draw from state[at …] alone: what steps go on from is no place to draw in",
    check: () => {
      const difference = differ(played(env, made(env, {}), false), played(env, made(env, {}), true))
      return difference === undefined ? undefined : `looked at or not: ${difference}`
    }
  }
]

/** Dynamics at the start of an episode. */
const began = (env: Environment, salt: number): { readonly d: Dynamics; readonly state: Float64Array } => {
  const d = made(env, {})
  const state = new Float64Array(d.stateSize)
  d.reset(state, 0, stream(child(zeroKey, salt)))
  return { d, state }
}

/** All that is seen of a state, as one text. */
const seen = (d: Dynamics, state: Float64Array, at: number): string => {
  const poses = new Float64Array(POSE * (d.scene?.bodies().length ?? 0))
  const camera = d.scene?.place(state, at, poses)
  return JSON.stringify([d.render?.(state, at), d.picture?.(state, at, SIZE).rgb.join(), [...poses], camera])
}

/** An episode, looked at now and then or never. */
const played = (env: Environment, d: Dynamics, isSeen: boolean): Trace => {
  const found = episodes()
  const source = stream(child(zeroKey, 23))
  const actions = actionsOf(env, STEPS, 23)
  const state = new Float64Array(d.stateSize)
  const row = new Float64Array(d.observationSize)
  const outcome = { reward: 0, terminated: false }
  d.reset(state, 0, source)
  for (let t = 0; t < STEPS && !outcome.terminated; t++) {
    if (isSeen && t % EVERY === 0) seen(d, state, 0)
    d.step(state, 0, actionOf(actions, t, d), source, outcome)
    d.observe(state, 0, row, 0)
    found.observations.push([...row])
    found.rewards.push(outcome.reward)
    found.ends.push(outcome.terminated)
  }
  return found
}

const sceneFault = (scene: Scene, state: Float64Array): string | undefined => {
  const bodies = scene.bodies()
  for (const [i, body] of bodies.entries()) {
    const fault = bodyFault(body)
    if (fault !== undefined) return `body ${i}: ${fault}`
  }
  const poses = new Float64Array(POSE * bodies.length + 1).fill(Number.NaN)
  const camera = scene.place(state, 0, poses)
  if (scene.bodies().length !== bodies.length) return "their number changes"
  if (!Number.isNaN(poses[POSE * bodies.length])) return "place() writes beyond the last pose"
  for (const i of bodies.keys()) {
    const fault = poseFault(poses.subarray(POSE * i, POSE * (i + 1)))
    if (fault !== undefined) return `the pose of body ${i}: ${fault}`
  }
  return cameraFault(camera)
}

const bodyFault = (body: Body): string | undefined => {
  if (body.colour.length !== 4 || body.colour.some((c) => !(c >= 0 && c <= 1))) return `colour ${body.colour.join()}`
  if (body.kind === "plane") return body.half.every((x) => x >= 0) ? undefined : `half its sides: ${body.half.join()}`
  const { points, faces } = body.solid
  if (points.length % 3 > 0 || points.some((x) => !Number.isFinite(x))) return "points that are not three numbers each"
  const odd = faces.find((p) => !(p >= 0 && 3 * p < points.length))
  if (faces.length % 3 > 0 || odd !== undefined) return `faces that are not three of ${points.length / 3} points each`
  return body.scale.every((x) => x > 0) ? undefined : `scale ${body.scale.join()}`
}

/** Axes are the columns of the matrix R: Rᵀ·R = 1, det R = 1. */
const poseFault = (pose: Float64Array): string | undefined => {
  const odd = pose.findIndex((x) => !Number.isFinite(x))
  if (odd >= 0) return `number ${odd} is ${pose[odd]}`
  const axis = (c: number): readonly number[] => [3, 6, 9].map((row) => pose[row + c]!)
  const product = (a: number, b: number): number => axis(a).reduce((sum, x, i) => sum + x * axis(b)[i]!, 0)
  for (const a of [0, 1, 2])
    for (const b of [0, 1, 2])
      if (Math.abs(product(a, b) - (a === b ? 1 : 0)) > OFF)
        return `axes ${a} and ${b} have the product ${product(a, b)}`
  const [x, y, z] = [axis(0), axis(1), axis(2)]
  const cross = [0, 1, 2].map((i) => x[(i + 1) % 3]! * y[(i + 2) % 3]! - x[(i + 2) % 3]! * y[(i + 1) % 3]!)
  return cross.reduce((sum, c, i) => sum + c * z[i]!, 0) > 0 ? undefined : "the axes are left-handed"
}

const cameraFault = ({ from, to, fovy }: Camera): string | undefined => {
  if (![...from, ...to].every(Number.isFinite)) return `the camera is at ${from.join()} and looks at ${to.join()}`
  if (from.every((x, i) => x === to[i])) return "the camera looks at where it is"
  return fovy > 0 && fovy < 180 ? undefined : `the camera's fovy is ${fovy}`
}
