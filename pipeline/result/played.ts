/** What is played of an episode: some of its states, evenly apart. */
import { POSE, type Scene } from "../../envs/mod.ts"
import type { Played, PlayedPictures } from "./recording.ts"

/** Frames a second of what is played, about: shorter steps are shown in part, and of long episodes fewer. */
const RATE = 25
const MOST = 500

const framesOf = (states: readonly Float64Array[], secondsPerStep: number) => {
  const last = states.length - 1
  const every = Math.max(Math.round(1 / (RATE * secondsPerStep)), Math.ceil(last / MOST), 1)
  const steps = Array.from({ length: Math.ceil(last / every) + 1 }, (_, f) => Math.min(f * every, last))
  return { steps, secondsPerFrame: every * secondsPerStep }
}

/** Where everything is in some of the states, and in the last. */
export const playedOf = (scene: Scene, states: readonly Float64Array[], secondsPerStep: number): Played => {
  const { steps, secondsPerFrame } = framesOf(states, secondsPerStep)
  const bodies = scene.bodies()
  const poses = new Float64Array(POSE * bodies.length)
  const all = new Float32Array(steps.length * poses.length)
  const cameras = steps.map((step, f) => {
    const camera = scene.place(states[step]!, 0, poses)
    all.set(poses, f * poses.length)
    return camera
  })
  return { bodies, steps, secondsPerFrame, poses: all, cameras }
}

/** The pictures that an environment draws of some of the states, and of the last. */
export const picturesOf = (
  render: (state: Float64Array, at: number) => string,
  states: readonly Float64Array[],
  secondsPerStep: number
): PlayedPictures => {
  const { steps, secondsPerFrame } = framesOf(states, secondsPerStep)
  return { steps, secondsPerFrame, pictures: steps.map((step) => render(states[step]!, 0)) }
}

/** Bytes that it takes, not compressed. */
export const sizeOf = ({
  played,
  pictures
}: {
  readonly played?: Played
  readonly pictures?: PlayedPictures
}): number =>
  (played?.poses.byteLength ?? 0) + (pictures?.pictures ?? []).reduce((sum, picture) => sum + picture.length, 0)
