/** An episode to look at, as plain data: `recordings.ts` plays it, `plugins/runs/report` draws it. Types only. */
import type { Body, Camera } from "../../envs/mod.ts"

/** An episode of bodies in space, as a page plays it. */
export interface Played {
  readonly bodies: readonly Body[]
  /** The steps that are shown, the first and the last among them, and how long each is. */
  readonly steps: readonly number[]
  readonly secondsPerFrame: number
  /** Where the bodies are, `[frames][bodies][12]` as `Scene.place` writes them, and from where one looks. */
  readonly poses: Float32Array
  readonly cameras: readonly Camera[]
}

/** An episode as pictures one after another, as a page plays it. */
export interface PlayedPictures {
  /** As in {@link Played}. */
  readonly steps: readonly number[]
  readonly secondsPerFrame: number
  /** One SVG element each. */
  readonly pictures: readonly string[]
}

/** An episode, as some of its states drawn by the environment; of an environment that is bodies in space, all of it. */
export interface Recording {
  /** Index of the task. */
  readonly task: number
  /** Whose it is: `group 1`, `θ★`. */
  readonly policy: string
  /** Whether it is the policy that the run gives this task. */
  readonly own: boolean
  readonly frames: readonly {
    readonly step: number
    /** One SVG element. */
    readonly picture: string
  }[]
  /** Of the whole episode, or of what was played of it. */
  readonly steps: number
  readonly total: number
  /** By the task's own rules. */
  readonly ended: boolean
  /** The states at the reset and after each step, and what is played of them, where the environment has a `scene`. */
  readonly states?: readonly Float64Array[]
  readonly played?: Played
  /** What is played of another environment that draws. */
  readonly pictures?: PlayedPictures
}
