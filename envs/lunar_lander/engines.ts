import type { Floats } from "../../core/random/mod.ts"

/** What the engines do during a step; filled anew each time. */
export interface Throttle {
  /** Of the main engine: 0 off, from 0.5 to 1 on. */
  main: number
  /** Of a side engine: 0 off, from 0.5 to 1 on. */
  side: number
  /** −1: the left one, which pushes to the right; 1: the right one. */
  direction: number
}

/** What an action means for the engines; `size` numbers are one action. */
export interface Engines {
  readonly size: number
  readonly read: (actions: Floats, at: number, out: Throttle) => void
}

/** 0 nothing, 1 the left, 2 the main, 3 the right engine. */
export const onOff: Engines = {
  size: 1,
  read: (actions, at, out) => {
    const action = actions[at]!
    out.main = action === 2 ? 1 : 0
    out.side = action === 1 || action === 3 ? 1 : 0
    out.direction = action - 2
  }
}

/** The main engine works from 50 to 100 % where the first number is above 0, a side engine where |second| is above 0.5. */
export const graded: Engines = {
  size: 2,
  read: (actions, at, out) => {
    const main = Math.min(Math.max(actions[at]!, -1), 1)
    const side = Math.min(Math.max(actions[at + 1]!, -1), 1)
    out.main = main > 0 ? (main + 1) * 0.5 : 0
    out.side = Math.abs(side) > 0.5 ? Math.abs(side) : 0
    out.direction = side < 0 ? -1 : 1
  }
}
