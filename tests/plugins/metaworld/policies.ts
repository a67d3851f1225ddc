/**
 * Hand-written policies that solve the ten tasks, from an observation to an action: metaworld 3.1.1's `policies`, as tables of
 * conditions. An action is a gain times the way from the hand to where it shall go, and the gripper's command.
 */
type Point = readonly [number, number, number]
type Policy = (observation: ArrayLike<number>) => readonly number[]

/** What a policy knows. */
interface Seen {
  readonly hand: Point
  readonly open: number
  readonly thing: Point
  readonly goal: Point
}

/** Where to go, how fast, and how far to close. */
interface Wish {
  readonly to: Point
  readonly gain: number
  readonly close: number
}

const seenIn = (o: ArrayLike<number>): Seen => ({
  hand: [o[0]!, o[1]!, o[2]!],
  open: o[3]!,
  thing: [o[4]!, o[5]!, o[6]!],
  goal: [o[36]!, o[37]!, o[38]!]
})

const plus = ([a, b, c]: Point, [x, y, z]: Point): Point => [a + x, b + y, c + z]
const flat = (a: Point, b: Point): number => Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
const far = (a: Point, b: Point): number => Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)
const above = (a: Point, b: Point): number => Math.abs(a[2] - b[2])

const policy =
  (wish: (seen: Seen) => Wish): Policy =>
  (observation) => {
    const seen = seenIn(observation)
    const { to, gain, close } = wish(seen)
    // Single precision, as the reference's actions are.
    return [...to.map((x, i) => gain * (x - seen.hand[i]!)), close].map(Math.fround)
  }

/** Where to go from what is meant of the thing: over it first, then down, each once near or level enough. */
interface Approach {
  readonly shift: Point
  readonly near: number
  readonly over: Point
  readonly level: number
  readonly down: Point
  readonly on: (at: Point) => Point
}

/** Over a thing, then down to it, then on: the plan of most tasks. */
const approach =
  ({ shift, near, over, level, down, on }: Approach) =>
  ({ hand, thing }: Seen): Point => {
    const at = plus(thing, shift)
    if (flat(hand, at) > near) return plus(at, over)
    return above(hand, at) > level ? plus(at, down) : on(at)
  }

const still: Point = [0, 0, 0]
const closed = (to: (seen: Seen) => Point): Policy => policy((seen) => ({ to: to(seen), gain: 25, close: 1 }))

const push = policy((seen) => {
  const { hand, thing, goal } = seen
  const to = approach({
    shift: [-0.005, 0, 0],
    near: 0.02,
    over: [0, 0, 0.2],
    level: 0.04,
    down: [0, 0, 0.03],
    on: () => goal
  })(seen)
  return { to, gain: 10, close: flat(hand, thing) > 0.02 || above(hand, thing) > 0.1 ? 0 : 0.6 }
})

const pickPlace = policy(({ hand, open, thing, goal }) => {
  const at = plus(thing, [-0.005, 0, 0])
  const close = far(hand, thing) < 0.07 ? 1 : 0
  if (flat(hand, at) > 0.02) return { to: plus(at, [0, 0, 0.1]), gain: 10, close }
  if (above(hand, at) > 0.05 && at[2] < 0.04) return { to: plus(at, [0, 0, 0.03]), gain: 10, close }
  return { to: open > 0.73 ? hand : goal, gain: 10, close }
})

const drawerOpen = policy((seen) => {
  const at = plus(seen.thing, [0, 0, -0.02])
  const reached = flat(seen.hand, at) <= 0.06 && above(seen.hand, at) <= 0.04
  const to = approach({
    shift: [0, 0, -0.02],
    near: 0.06,
    over: [0, 0, 0.3],
    level: 0.04,
    down: still,
    on: () => plus(at, [0, -0.06, 0])
  })(seen)
  return { to, gain: reached ? 50 : 4, close: -1 }
})

const drawerClose = closed(({ hand, thing }) => {
  const at = plus(thing, [0, 0, -0.02])
  if (hand[1] > at[1]) return hand[2] < at[2] + 0.23 ? [hand[0], hand[1], at[2] + 0.5] : plus(at, [0, -0.075, 0.23])
  return above(hand, at) > 0.04 ? plus(at, [0, -0.075, 0]) : at
})

const pegInsertSide = policy(({ hand, thing, goal }) => {
  const hole: Point = [-0.35, goal[1], 0.16]
  const close = flat(hand, thing) > 0.04 || above(hand, thing) > 0.15 ? -1 : 0.6
  const wish = (to: Point): Wish => ({ to, gain: 25, close })
  if (flat(hand, thing) > 0.04) return wish(plus(thing, [0, 0, 0.3]))
  if (above(hand, thing) > 0.025) return wish(thing)
  const off = Math.sqrt((thing[1] - hole[1]) ** 2 + (thing[2] - hole[2]) ** 2)
  return wish(off > 0.03 ? plus(hole, [0.4, 0, 0]) : hole)
})

/** By the task's id. */
export const policies: Readonly<Record<string, Policy>> = {
  "reach-v3": policy(({ goal }) => ({ to: goal, gain: 5, close: 0 })),
  "push-v3": push,
  "pick-place-v3": pickPlace,
  "door-open-v3": closed(
    approach({
      shift: [-0.05, 0, 0],
      near: 0.12,
      over: [0.06, 0.02, 0.2],
      level: 0.04,
      down: [0.06, 0.02, 0],
      on: (at) => at
    })
  ),
  "drawer-open-v3": drawerOpen,
  "drawer-close-v3": drawerClose,
  "button-press-topdown-v3": closed(({ hand, thing }) => (flat(hand, thing) > 0.04 ? plus(thing, [0, 0, 0.1]) : thing)),
  "peg-insert-side-v3": pegInsertSide,
  "window-open-v3": closed(
    approach({
      shift: [-0.03, -0.03, -0.08],
      near: 0.04,
      over: [0, 0, 0.3],
      level: 0.02,
      down: still,
      on: (at) => plus(at, [0.1, 0, 0])
    })
  ),
  "window-close-v3": closed(
    approach({
      shift: [0.03, -0.03, -0.08],
      near: 0.04,
      over: [0, 0, 0.25],
      level: 0.02,
      down: still,
      on: (at) => plus(at, [-0.1, 0, 0])
    })
  )
}
