/** What is read of a simulation after a step: the agent's observation, and what a reward needs beside it. */
import * as Either from "fp-ts/lib/Either.js"
import type { EngineError } from "../mujoco/mod.ts"
import { FRAME, OBSERVATION } from "./layout.ts"
import { distance } from "./measure.ts"
import type { Reader, Simulation } from "./simulation.ts"
import { body, type MetaworldTask, type Place, type Reading, site, type Triple } from "./task.ts"

/** Where the hand can be: what an observation of it is clipped to. */
export const HAND_LOW: Triple = [-0.525, 0.348, -0.0525]
export const HAND_HIGH: Triple = [0.525, 1.025, 0.7]

/** How far apart the claws are when the gripper is open, in metres. */
const WIDEST = 0.1

/** Where in a frame the thing stands, and how it is turned. */
const OBJECT = 4
const TURN = 7

export interface Eye {
  /** Filled by {@link Eye.look}. */
  readonly reading: Reading
  /** Writes the frame that the simulation shows now to `out[at …]`. */
  readonly frame: (out: Float64Array, at: number) => void
  /** Writes the middle between the finger tips. */
  readonly tcp: (out: Float64Array) => void
  /** Reads what rewards need, beside the observation. */
  readonly look: () => void
}

/**
 * How a task is seen.
 *
 * - Errors: `name`, where its scene lacks something.
 */
export const eyeOf = (simulation: Simulation, task: MetaworldTask): Either.Either<EngineError, Eye> => {
  const places = [
    ...["hand", "rightclaw", "leftclaw", "leftpad", "rightpad"].map(body),
    ...["rightEndEffector", "leftEndEffector"].map(site),
    task.object.place,
    ...task.reads
  ]
  const turn = task.object.turn
  return Either.chain((readers: readonly Reader[]) =>
    Either.map((turned: Reader) => seeing(task, readers, turned))(
      turn === undefined ? Either.right(() => {}) : simulation.turn(turn)
    )
  )(simulation.positions(places))
}

const numbersOf = ({ kind }: Place): number => (kind === "joint" ? 1 : 3)

const seeing = (task: MetaworldTask, readers: readonly Reader[], turned: Reader): Eye => {
  const [hand, rightClaw, leftClaw, leftPad, rightPad, rightTip, leftTip, object, ...parts] = readers
  const observation = new Float64Array(OBSERVATION)
  const reading = {
    observation,
    object: observation.subarray(OBJECT, OBJECT + 3),
    tcp: new Float64Array(3),
    leftPad: new Float64Array(3),
    rightPad: new Float64Array(3),
    parts: new Float64Array(task.reads.reduce((sum, place) => sum + numbersOf(place), 0))
  }
  const claws = new Float64Array(6)
  const tips = new Float64Array(6)
  const { offset } = task.object
  const frame: Eye["frame"] = (out, at) => {
    hand!(out, at)
    rightClaw!(claws, 0)
    leftClaw!(claws, 3)
    out[at + 3] = Math.min(Math.max(distance(claws, claws, 0, 3) / WIDEST, 0), 1)
    object!(out, at + OBJECT)
    for (let i = 0; i < 3; i++) out[at + OBJECT + i] = out[at + OBJECT + i]! + offset[i]!
    out.fill(0, at + TURN, at + FRAME)
    turned(out, at + TURN)
  }
  const tcp: Eye["tcp"] = (out) => {
    rightTip!(tips, 0)
    leftTip!(tips, 3)
    for (let i = 0; i < 3; i++) out[i] = (tips[i]! + tips[3 + i]!) / 2
  }
  const look: Eye["look"] = () => {
    tcp(reading.tcp)
    leftPad!(reading.leftPad, 0)
    rightPad!(reading.rightPad, 0)
    let at = 0
    for (let i = 0; i < parts.length; i++) {
      parts[i]!(reading.parts, at)
      at += numbersOf(task.reads[i]!)
    }
  }
  return { reading, frame, tcp, look }
}
