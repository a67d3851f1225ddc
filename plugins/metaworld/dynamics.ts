/** Episodes of a task: resets and steps of its simulation. */
import * as Either from "fp-ts/lib/Either.js"
import type { Failure } from "../../core/failure/mod.ts"
import { integers } from "../../core/random/mod.ts"
import { type Camera, type Dynamics, type EnvError, environmentError, type Outcome } from "../../envs/mod.ts"
import { pictures } from "../mujoco/mod.ts"
import { type Eye, eyeOf, HAND_HIGH, HAND_LOW } from "./eye.ts"
import { FRAME, layoutOf, OBSERVATION, START, VECTOR } from "./layout.ts"
import { copy, type Reader, type Simulation, simulationOf } from "./simulation.ts"
import { type MetaworldTask, REACH_HIGH, REACH_LOW, type Stage, type Start, type Triple } from "./task.ts"

/** Steps of MuJoCo in one of the environment, and how many of the latter bring the hand to its start. */
const FRAME_SKIP = 5
const SETTLING = 50

/** Metres that an action of 1 moves what the hand is drawn to. */
const SCALE = 1 / 100

/** Beside the table, at the height of the arm. */
const CAMERA: Camera = { from: [1.05, -0.1, 0.85], to: [0, 0.65, 0.15], fovy: 45 }

/** Where the task's own coordinates begin, behind the arm's and the gripper's. */
const OWN = 9

/**
 * The dynamics of a task whose resets draw one of these random vectors.
 *
 * - Shapes: `[n][3 or 6]`.
 * - Errors: those of {@link simulationOf}.
 */
export const dynamicsOf = (task: MetaworldTask, vectors: readonly Float64Array[]): Either.Either<Failure, Dynamics> =>
  Either.chainW((simulation: Simulation): Either.Either<Failure, Dynamics> => {
    const placed = task.placed === undefined ? Either.right(-1) : simulation.model.id("body", task.placed.body)
    const marks = simulation.positions(task.marks)
    if (Either.isLeft(placed)) return placed
    if (Either.isLeft(marks)) return marks
    return Either.map((eye: Eye) => {
      const stage = stageOf(simulation, marks.right)
      return episodes(task, vectors, { simulation, eye, stage, placed: placed.right })
    })(eyeOf(simulation, task))
  })(simulationOf(task.scene))

/** What episodes happen in: the simulation, how it is seen and set up, and the number of the body that the task places. */
interface World {
  readonly simulation: Simulation
  readonly eye: Eye
  readonly stage: Stage
  readonly placed: number
}

const startOf = (numbers: Float64Array): Start => ({
  vector: numbers.subarray(START.vector, START.vector + VECTOR),
  goal: numbers.subarray(START.goal, START.goal + 3),
  object: numbers.subarray(START.object, START.object + 3),
  tcp: numbers.subarray(START.tcp, START.tcp + 3),
  part: numbers.subarray(START.part, START.part + 3)
})

/** The scene of a simulation, for a task to set up. */
const stageOf = ({ views, data }: Simulation, marks: readonly Reader[]): Stage => ({
  read: (mark, out) => marks[mark]?.(out, 0),
  put: (where) => {
    for (let i = 0; i < 3; i++) views.qpos()[OWN + i] = where[i]!
    views.qvel().fill(0, OWN, OWN + 6)
    data.forward()
  },
  slide: (to, stopped) => {
    views.qpos()[OWN] = to
    if (stopped) views.qvel()[OWN] = 0
  },
  settle: data.forward
})

const clip = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)

const episodes = (
  task: MetaworldTask,
  vectors: readonly Float64Array[],
  { simulation, eye, stage, placed }: World
): Dynamics => {
  const { data, views, bodies } = simulation
  const [nq, nv] = [views.qpos().length, views.qvel().length]
  const layout = layoutOf(nq, nv)
  const beginning = new Float64Array(START.size)
  const start = startOf(beginning)
  const { observation } = eye.reading
  const { hand, placed: place } = task

  /** Puts the task's body where this episode has it: other episodes share the model. */
  const arrange = (): void => {
    if (place !== undefined) copy(start.vector, place.at, bodies.body_pos(), 3 * placed, 3)
    const quaternion = views.mocap_quat()
    for (let i = 0; i < 4; i++) quaternion[i] = i % 2 === 0 ? 1 : 0
  }
  const recall = (state: Float64Array, at: number): void => {
    copy(state, at + layout.start, beginning, 0, START.size)
    arrange()
    copy(state, at + layout.qpos, views.qpos(), 0, nq)
    copy(state, at + layout.qvel, views.qvel(), 0, nv)
    copy(state, at + layout.warm, views.qacc_warmstart(), 0, nv)
    copy(state, at + layout.mocap, views.mocap_pos(), 0, 3)
  }
  const keep = (state: Float64Array, at: number): void => {
    copy(views.qpos(), 0, state, at + layout.qpos, nq)
    copy(views.qvel(), 0, state, at + layout.qvel, nv)
    copy(views.qacc_warmstart(), 0, state, at + layout.warm, nv)
    copy(views.mocap_pos(), 0, state, at + layout.mocap, 3)
  }
  const close = (command: number): void => {
    const ctrl = views.ctrl()
    ctrl[0] = command
    ctrl[1] = -command
  }

  let fault: EnvError | undefined
  const lose = (state: Float64Array, at: number, outcome: Outcome): void => {
    const got = data.warnings().join("; ") || "one that it began anew from"
    const want = "a state that MuJoCo can go on from"
    fault = environmentError(task.id, "step()", want, got, "give finite actions")
    data.reset()
    state.fill(Number.NaN, at, at + layout.size)
    outcome.reward = Number.NaN
    outcome.terminated = false
  }

  return {
    stateSize: layout.size,
    observationSize: OBSERVATION,
    actionSize: 4,
    reset: (state, at, stream) => {
      const vector = vectors[vectors.length === 1 ? 0 : integers(stream, 0, vectors.length)]!
      beginning.fill(0)
      start.vector.set(vector)
      data.reset()
      arrange()
      close(-1)
      for (let i = 0; i < 3; i++) views.mocap_pos()[i] = hand[i]!
      data.step(SETTLING * FRAME_SKIP)
      eye.tcp(start.tcp)
      task.begin(stage, start)
      copy(beginning, 0, state, at + layout.start, START.size)
      keep(state, at)
      eye.frame(state, at + layout.frame)
      for (const from of [0, FRAME]) copy(state, at + layout.frame, state, at + layout.observation + from, FRAME)
      copy(start.goal, 0, state, at + layout.observation + 2 * FRAME, 3)
      state[at + layout.solved] = 0
      state[at + layout.everSolved] = 0
    },
    step: (state, at, action, _stream, outcome) => {
      recall(state, at)
      const mocap = views.mocap_pos()
      for (let i = 0; i < 3; i++) {
        const moved = mocap[i]! + clip(action[i]!, -1, 1) * SCALE
        mocap[i] = clip(moved, REACH_LOW[i]!, REACH_HIGH[i]!)
      }
      const command = action[3]!
      close(command)
      data.watch()
      data.step(FRAME_SKIP)
      if (data.restarted()) return lose(state, at, outcome)
      data.kinematics()
      keep(state, at)
      copy(state, at + layout.frame, observation, FRAME, FRAME)
      eye.frame(state, at + layout.frame)
      copy(state, at + layout.frame, observation, 0, FRAME)
      copy(start.goal, 0, observation, 2 * FRAME, 3)
      clipHand(observation, 0)
      clipHand(observation, FRAME)
      clipPoint(observation, 2 * FRAME, task.goalLow, task.goalHigh)
      copy(observation, 0, state, at + layout.observation, OBSERVATION)
      eye.look()
      outcome.reward = task.reward(eye.reading, start, command)
      outcome.terminated = false
      const solved = task.solved(eye.reading, start)
      state[at + layout.solved] = solved ? 1 : 0
      if (solved) state[at + layout.everSolved] = 1
    },
    observe: (state, at, out, outAt) => {
      const from = at + layout.observation
      for (let i = 0; i < OBSERVATION; i++) out[outAt + i] = state[from + i]!
    },
    ...pictures({
      label: task.id,
      visible: simulation.visible,
      enter: (state, at) => {
        recall(state, at)
        data.kinematics()
      },
      camera: () => CAMERA,
      marks: [
        {
          radius: 0.02,
          colour: [0.9, 0.1, 0.1, 1],
          position: (state, at) => {
            const [x, y, z] = state.subarray(at + layout.start + START.goal)
            return [x!, y!, z!]
          }
        }
      ]
    }),
    succeeded: (state, at) => state[at + layout.everSolved] === 1,
    solved: (state, at) => state[at + layout.solved] === 1,
    fault: () => {
      const told = fault
      fault = undefined
      return told
    }
  }
}

const clipPoint = (x: Float64Array, at: number, low: Triple, high: Triple): void => {
  for (let i = 0; i < 3; i++) x[at + i] = clip(x[at + i]!, low[i]!, high[i]!)
}

const clipHand = (x: Float64Array, at: number): void => clipPoint(x, at, HAND_LOW, HAND_HIGH)
