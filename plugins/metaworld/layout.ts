/** Where an episode's numbers stand in its state. */

/** Numbers of the present frame, of an observation of two frames and the goal, and of the longest random vector. */
export const FRAME = 18
export const OBSERVATION = 2 * FRAME + 3
export const VECTOR = 6

/** How the episode began: offsets within the part that begins at `Layout.start`. */
export const START = {
  vector: 0,
  goal: VECTOR,
  object: VECTOR + 3,
  tcp: VECTOR + 6,
  part: VECTOR + 9,
  size: VECTOR + 12
}

export interface Layout {
  /** Coordinates and speeds of the simulation, and the accelerations that its solver begins with. */
  readonly qpos: number
  readonly qvel: number
  readonly warm: number
  /** What the hand is drawn to. */
  readonly mocap: number
  readonly start: number
  /** What the agent sees, and the frame of it that the next observation repeats, which nothing was clipped of. */
  readonly observation: number
  readonly frame: number
  /** 1 where the task is solved now, and where it was in any step of the episode. */
  readonly solved: number
  readonly everSolved: number
  readonly size: number
}

/** The layout for a simulation of so many coordinates and speeds. */
export const layoutOf = (nq: number, nv: number): Layout => {
  const qvel = nq
  const warm = qvel + nv
  const mocap = warm + nv
  const start = mocap + 3
  const observation = start + START.size
  const frame = observation + OBSERVATION
  const solved = frame + FRAME
  return { qpos: 0, qvel, warm, mocap, start, observation, frame, solved, everSolved: solved + 1, size: solved + 2 }
}
