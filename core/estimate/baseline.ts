/** A value baseline fitted to one task's own transitions. */
import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve } from "../linalg/mod.ts"

type Floats = Float32Array | Float64Array

/** Every monomial of degree ≤ `degree` in n variables, the constant first: each is an earlier one times a variable. */
const monomials = (n: number, degree: number) => {
  const [earlier, variable] = [[0], [0]]
  const extend = (from: number, first: number, left: number): void => {
    for (let i = first; i < n; i++) {
      const at = earlier.push(from) - 1
      variable.push(i)
      if (left > 1) extend(at, i, left - 1)
    }
  }
  extend(0, 0, degree)
  return { earlier: Int32Array.from(earlier), variable: Int32Array.from(variable) }
}

/** The largest degree (at most `most`) that keeps the features few against the transitions. */
const degreeFor = (n: number, count: number, most: number): number => {
  const affordable = Math.min(400, count / 10)
  const features = (d: number): number =>
    d === 1 ? 1 + n : d === 2 ? ((n + 1) * (n + 2)) / 2 : ((n + 1) * (n + 2) * (n + 3)) / 6
  return Math.min(most, features(3) <= affordable ? 3 : features(2) <= affordable ? 2 : 1)
}

/** A function of observations. */
export interface Baseline {
  /** Values of `count` observations, `[count, width]` with the first `size` numbers of a row used. */
  readonly values: (observation: Floats, width: number, count: number) => Float64Array
}

/**
 * Prepares ridge regression of targets on the monomials of the standardised observation, up to degree `most`: 1 for
 * symbols as indicators, which no product tells more about.
 *
 *     β = (ΦᵀΦ + ε·N·I)⁻¹ Φᵀ target,    v(s) = φ(s)·β
 *
 * A critic shared by all tasks cannot tell them apart: its error has one sign within a task and looks like a gradient
 * that the tasks share. A baseline of the task's own takes that away.
 *
 * The matrix is factored once; the function that is returned fits any target.
 *
 * - Shapes: observation `[count, width]`, the first `size` numbers of a row are used; target `[count]`.
 * - Source: Duan et al., arXiv:1604.06778, the linear feature baseline; here with all monomials.
 */
export const baselineFitter = (
  observation: Floats,
  width: number,
  size: number,
  count: number,
  most = 3
): ((target: Floats) => Baseline) => {
  const { earlier, variable } = monomials(size, degreeFor(size, count, most))
  const n = earlier.length
  const { centre, scale } = moments(observation, width, size, count)
  const x = new Float64Array(size)
  const phi = new Float64Array(n)
  const featurise = (from: Floats, at: number): void => {
    for (let k = 0; k < size; k++) x[k] = Math.max(-5, Math.min(5, (from[at + k]! - centre[k]!) * scale[k]!))
    phi[0] = 1
    for (let m = 1; m < n; m++) phi[m] = phi[earlier[m]!]! * x[variable[m]!]!
  }
  const gram = new Float64Array(n * n)
  for (let r = 0; r < count; r++) {
    featurise(observation, r * width)
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) gram[i * n + j]! += phi[i]! * phi[j]!
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) gram[j * n + i] = gram[i * n + j]!
    gram[i * n + i]! += 1e-4 * count
  }
  const factor = cholesky(n, gram)
  const baselineOf = (beta: Float64Array): Baseline => ({
    values: (from, wide, rows) => {
      const out = new Float64Array(rows)
      for (let r = 0; r < rows; r++) {
        featurise(from, r * wide)
        let v = 0
        for (let m = 0; m < n; m++) v += phi[m]! * beta[m]!
        out[r] = v
      }
      return out
    }
  })
  return (target) => {
    const beta = new Float64Array(n)
    for (let r = 0; r < count; r++) {
      featurise(observation, r * width)
      for (let i = 0; i < n; i++) beta[i]! += phi[i]! * target[r]!
    }
    // Positive definite by the ridge; if rounding says otherwise the mean alone (the first monomial) is the baseline.
    if (E.isRight(factor)) choleskySolve(n, factor.right, beta)
    else for (let i = 0; i < n; i++) beta[i] = i === 0 ? beta[0]! / Math.max(1, count) : 0
    return baselineOf(beta)
  }
}

/** Mean and 1/deviation of each component; a constant component gets scale 0. */
const moments = (x: Floats, width: number, size: number, count: number) => {
  const centre = new Float64Array(size)
  const scale = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    let sum = 0
    for (let r = 0; r < count; r++) sum += x[r * width + k]!
    centre[k] = sum / Math.max(1, count)
    let squares = 0
    for (let r = 0; r < count; r++) {
      const off = x[r * width + k]! - centre[k]!
      squares += off * off
    }
    const deviation = Math.sqrt(squares / Math.max(1, count))
    scale[k] = deviation > 1e-12 ? 1 / deviation : 0
  }
  return { centre, scale }
}
