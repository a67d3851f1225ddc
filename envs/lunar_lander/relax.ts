/**
 * The iteration of Box2D's velocity solver for motored hinges with limits between one body (a) and others (b), over plain
 * numbers, operation for operation.
 */

/** What a limit does: nothing, or it holds the angle from below or above. The numbers are the library's. */
export const [INACTIVE, LOWER, EQUAL] = [0, 1, 3]

/** Where the numbers of a hinge are: what does not change in a step, then what does. */
export const [INVERSE_MASS, INVERSE_INERTIA, ARM_A, ARM_B] = [0, 2, 4, 6]
/** Effective mass, symmetric: xx, xy, yy, xz, yz, zz. */
export const MASS = 8
/** Of the motor: effective mass, speed, largest impulse. */
export const MOTOR = 14
export const STATE = 17
/** One over the determinants of the effective mass: of point and angle, of the point. */
const INVERSE = 18
/** Of the effective mass: the first column of its adjugate. */
const COLUMN = 20
/** Impulses so far: x, y, of the limit, of the motor. */
export const IMPULSE = 23
/** Of the other body: x, y, angular. */
export const VELOCITY = 27
export const SIZE = 30

/** Fills in what follows from the effective mass. */
export const prepare = (k: Float64Array): void => {
  const xx = k[MASS]!
  const xy = k[MASS + 1]!
  const yy = k[MASS + 2]!
  const xz = k[MASS + 3]!
  const yz = k[MASS + 4]!
  const zz = k[MASS + 5]!
  const det3 = xx * (yy * zz - yz * yz) + xy * (yz * xz - xy * zz) + xz * (xy * yz - yy * xz)
  const det2 = xx * yy - xy * xy
  k[INVERSE] = det3 === 0 ? 0 : 1 / det3
  k[INVERSE + 1] = det2 === 0 ? 0 : 1 / det2
  k[COLUMN] = yy * zz - yz * yz
  k[COLUMN + 1] = yz * xz - xy * zz
  k[COLUMN + 2] = xy * yz - yy * xz
}

/** Sweeps after which the state is kept, to be met again: each time twice as many. */
const FIRST_MARK = 8

/**
 * `count` sweeps, each over hinge `p`, then `q` where there is one; `trunk` is the velocity of the body they share.
 *
 * A sweep is a function of velocities and impulses. Where it comes back to some that there were before, most often to those
 * just before, the rest is known: whole rounds are left out.
 */
export const relax = (trunk: Float64Array, p: Float64Array, q: Float64Array | undefined, count: number): void => {
  let ax = trunk[0]!
  let ay = trunk[1]!
  let aw = trunk[2]!
  const second = q ?? p
  const halves = q === undefined ? 1 : 2
  let left = count
  let mark = FIRST_MARK
  for (let sweep = 1; sweep <= left; sweep++) {
    for (let half = 0; half < halves; half++) {
      const k = half === 0 ? p : second
      const mA = k[INVERSE_MASS]!
      const mB = k[INVERSE_MASS + 1]!
      const iA = k[INVERSE_INERTIA]!
      const iB = k[INVERSE_INERTIA + 1]!
      const rAx = k[ARM_A]!
      const rAy = k[ARM_A + 1]!
      const rBx = k[ARM_B]!
      const rBy = k[ARM_B + 1]!
      const xx = k[MASS]!
      const xy = k[MASS + 1]!
      const yy = k[MASS + 2]!
      const bx = k[VELOCITY]!
      const by = k[VELOCITY + 1]!
      const bw = k[VELOCITY + 2]!

      const motor = k[IMPULSE + 3]!
      const most = k[MOTOR + 2]!
      const turned = Math.min(Math.max(motor - k[MOTOR]! * (bw - aw - k[MOTOR + 1]!), -most), most)
      k[IMPULSE + 3] = turned
      const wA = aw - iA * (turned - motor)
      const wB = bw + iB * (turned - motor)

      const cx = bx - wB * rBy - (ax - wA * rAy)
      const cy = by + wB * rBx - (ay + wA * rAx)
      const limit = k[STATE]!
      let px = 0
      let py = 0
      let pz = 0
      if (limit === INACTIVE) {
        px = k[INVERSE + 1]! * (yy * -cx - xy * -cy)
        py = k[INVERSE + 1]! * (xx * -cy - xy * -cx)
      } else {
        const xz = k[MASS + 3]!
        const yz = k[MASS + 4]!
        const zz = k[MASS + 5]!
        const cz = wB - wA
        const sz = k[IMPULSE + 2]!
        const inverse = k[INVERSE]!
        pz = -(inverse * (xx * (yy * cz - yz * cy) + xy * (yz * cx - xy * cz) + xz * (xy * cy - yy * cx)))
        if (limit === LOWER ? sz + pz < 0 : sz + pz > 0) {
          const qx = sz * xz - cx
          const qy = sz * yz - cy
          px = k[INVERSE + 1]! * (yy * qx - xy * qy)
          py = k[INVERSE + 1]! * (xx * qy - xy * qx)
          pz = -sz
        } else {
          px = -(inverse * (cx * k[COLUMN]! + cy * k[COLUMN + 1]! + cz * k[COLUMN + 2]!))
          py = -(inverse * (xx * (cy * zz - cz * yz) + xy * (cz * xz - cx * zz) + xz * (cx * yz - cy * xz)))
        }
        k[IMPULSE + 2] = sz + pz
      }
      k[IMPULSE] = k[IMPULSE]! + px
      k[IMPULSE + 1] = k[IMPULSE + 1]! + py
      ax -= mA * px
      ay -= mA * py
      aw = wA - iA * (rAx * py - rAy * px + pz)
      k[VELOCITY] = bx + mB * px
      k[VELOCITY + 1] = by + mB * py
      k[VELOCITY + 2] = wB + iB * (rBx * py - rBy * px + pz)
    }
    if (sweep >= FIRST_MARK && left === count && count > 1) {
      if (sweep > FIRST_MARK && ax === met[0] && ay === met[1] && aw === met[2] && isMet(p, 3) && isMet(second, 10))
        left = sweep + ((count - sweep) % (sweep - mark / 2))
      else if (sweep === mark) {
        met[0] = ax
        met[1] = ay
        met[2] = aw
        meet(p, 3)
        meet(second, 10)
        mark *= 2
      }
    }
  }
  trunk[0] = ax
  trunk[1] = ay
  trunk[2] = aw
}

/** The state that was kept: of the shared body, of what changes in the two hinges. */
const CHANGING = SIZE - IMPULSE
const met = new Float64Array(3 + 2 * CHANGING)

const meet = (k: Float64Array, at: number): void => {
  for (let i = 0; i < CHANGING; i++) met[at + i] = k[IMPULSE + i]!
}

const isMet = (k: Float64Array, at: number): boolean => {
  for (let i = 0; i < CHANGING; i++) if (met[at + i] !== k[IMPULSE + i]) return false
  return true
}
