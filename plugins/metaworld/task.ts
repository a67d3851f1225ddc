/** What makes one of Meta-World's tasks: a record. */
import type { Began, Gripper } from "./caging.ts"

/** Something of the simulated scene that has a position; of a joint, its one coordinate. */
export interface Place {
  readonly kind: "body" | "geom" | "site" | "joint"
  readonly name: string
}

/** What is read after a step. Its arrays are written anew in each. */
export interface Reading extends Gripper {
  /** The 39 numbers that the agent sees. */
  readonly observation: Float64Array
  /** Of these, where the thing is. */
  readonly object: Float64Array
  /** The numbers of the task's own places, after one another. */
  readonly parts: Float64Array
}

/** How an episode began: part of its state. */
export interface Start extends Began {
  /** The task's random vector. */
  readonly vector: Float64Array
  readonly goal: Float64Array
  readonly object: Float64Array
  readonly tcp: Float64Array
  /** What else the reward compares with. */
  readonly part: Float64Array
}

/** The simulated scene, where a task sets it up once the hand has come to its start. */
export interface Stage {
  /** Writes where one of the task's marks is to `out`, by its number among them. */
  readonly read: (mark: number, out: Float64Array) => void
  /** Puts the loose thing there, at rest. */
  readonly put: (position: ArrayLike<number>) => void
  /** Sets the coordinate of the task's joint; `stopped` sets its speed to 0 too. */
  readonly slide: (to: number, stopped: boolean) => void
  /** Lets positions follow from coordinates; till then `read` tells where things were. */
  readonly settle: () => void
}

export type Triple = readonly [number, number, number]

/**
 * One task.
 *
 * - Units: m, rad; a reward is between 0 and 10.
 * - Source: Yu et al., arXiv:1910.10897; the numbers are those of metaworld 3.1.1, rewards "v2".
 */
export interface MetaworldTask {
  readonly id: string
  readonly summary: string
  /** The scene's file among the assets, without its ending. */
  readonly scene: string
  /** The box of its random vectors: three numbers for one thing, six for a thing and a goal. */
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** A vector whose two points are closer than this, seen from above, is drawn again. */
  readonly apart: number
  /** Where the hand begins. */
  readonly hand: Triple
  /** What the goal in an observation is clipped to. */
  readonly goalLow: Triple
  readonly goalHigh: Triple
  /** The body that three numbers of the random vector place, from the number `at` on. */
  readonly placed?: { readonly body: string; readonly at: 0 | 3 }
  /** The thing that an observation shows: where, how far from there, and turned how (by a body: w first; else w last). */
  readonly object: { readonly place: Place; readonly offset: Triple; readonly turn?: Place }
  /** What `Reading.parts` holds. */
  readonly reads: readonly Place[]
  /** What `begin` reads. */
  readonly marks: readonly Place[]
  /** Sets the scene up, and tells how the episode begins: the goal, the thing, the part. */
  readonly begin: (stage: Stage, start: Start) => void
  /** The reward of a step whose action's last number, the gripper's, is `command`. */
  readonly reward: (now: Reading, start: Start, command: number) => number
  /** Whether the task is solved now. */
  readonly solved: (now: Reading, start: Start) => boolean
}

export const body = (name: string): Place => ({ kind: "body", name })
export const geom = (name: string): Place => ({ kind: "geom", name })
export const site = (name: string): Place => ({ kind: "site", name })
export const joint = (name: string): Place => ({ kind: "joint", name })

/** Where the hand can go, which is also where most tasks may show their goals. */
export const REACH_LOW: Triple = [-0.5, 0.4, 0.05]
export const REACH_HIGH: Triple = [0.5, 1, 0.5]

/** Where hands begin; some tasks of the reference keep the numbers in single precision. */
export const HAND_NEAR: Triple = [0, 0.6, 0.2]
export const HAND_NEAR_SINGLE: Triple = [0, Math.fround(0.6), Math.fround(0.2)]
export const HAND_BACK_SINGLE: Triple = [0, Math.fround(0.4), Math.fround(0.2)]

/** How far open the gripper is, from 0 to 1, in an observation. */
export const openness = ({ observation }: Reading): number => observation[3]!

/** Writes a point and an offset from it. */
export const offset = (from: ArrayLike<number>, by: Triple, out: Float64Array): void => {
  for (let i = 0; i < 3; i++) out[i] = from[i]! + by[i]!
}
