/** The value baseline of multi-task PPO: linear in features of the observation and of the time. */
import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve } from "../linalg/mod.ts"

type Floats = Float32Array | Float64Array

/** What a baseline is fitted to, or tells values of: observations with the step of its episode that each was seen at. */
export interface Seen {
  /** `[n, width]`. */
  readonly observation: Floats
  readonly width: number
  /** `[n]`, from 0 on. */
  readonly time: Floats
}

/** δ of the ridge. */
const RIDGE = 1e-5

/** Numbers of an observation count at most so much. */
const LIMIT = 10

/**
 * Prepares a ridge regression on the linear features of observation and time.
 *
 *     φ(o, t) = [o, o², t/100, (t/100)², (t/100)³, 1],   o within ±10
 *     β = (ΦᵀΦ + δ·I)⁻¹ Φᵀ target,   v(o, t) = φ(o, t)·β,   δ = 10⁻⁵, ten times as much until the matrix has a factor
 *
 * The matrix is factored once; the function that is returned fits any target, and what that gives tells values.
 *
 * - Shapes: target and values `[n]`.
 * - Source: Duan et al., arXiv:1604.06778, the linear feature baseline.
 */
export const linearBaseline = (seen: Seen): ((target: Floats) => (at: Seen) => Float64Array) => {
  const size = 2 * seen.width + 4
  const phi = new Float64Array(size)
  const gram = new Float64Array(size * size)
  const count = seen.time.length
  for (let r = 0; r < count; r++) {
    featurise(seen, r, phi)
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) gram[i * size + j]! += phi[i]! * phi[j]!
  }
  let factor = cholesky(size, withDiagonal(size, gram, RIDGE))
  for (let ridge = 10 * RIDGE; E.isLeft(factor) && ridge < 1e30; ridge *= 10)
    factor = cholesky(size, withDiagonal(size, gram, ridge))
  return (target) => {
    const beta = new Float64Array(size)
    for (let r = 0; r < count; r++) {
      featurise(seen, r, phi)
      for (let i = 0; i < size; i++) beta[i]! += phi[i]! * target[r]!
    }
    // Of observations that are not finite nothing can be told.
    if (E.isRight(factor)) choleskySolve(size, factor.right, beta)
    else beta.fill(0)
    return (at) => {
      const values = new Float64Array(at.time.length)
      for (let r = 0; r < values.length; r++) {
        featurise(at, r, phi)
        let v = 0
        for (let i = 0; i < size; i++) v += phi[i]! * beta[i]!
        values[r] = v
      }
      return values
    }
  }
}

const featurise = ({ observation, width, time }: Seen, row: number, phi: Float64Array): void => {
  for (let k = 0; k < width; k++) {
    const o = Math.max(-LIMIT, Math.min(LIMIT, observation[row * width + k]!))
    phi[k] = o
    phi[width + k] = o * o
  }
  const t = time[row]! / 100
  phi[2 * width] = t
  phi[2 * width + 1] = t * t
  phi[2 * width + 2] = t * t * t
  phi[2 * width + 3] = 1
}

const withDiagonal = (n: number, a: Float64Array, ridge: number): Float64Array => {
  const out = a.slice()
  for (let i = 0; i < n; i++) out[i * n + i]! += ridge
  return out
}
