/**
 * Reduction of a symmetric matrix to a tridiagonal one by Householder reflections, in place.
 *
 *     T = Hᵀ A H,    H = H_{n-1} … H_1,    H_r = I − u_r u_rᵀ / h_r
 *
 * Rows are eliminated from the last to the first, so that every reflector `u_r` lies contiguously in row r of the lower
 * triangle it was made from. The rank-two update of one step and the matrix-vector product of the next are one pass over
 * the triangle: it is this pass that costs the time, and it is bound by memory, not by arithmetic.
 *
 * - Shapes: `a` is `[n, n]` row-major, of which only the lower triangle is read; it is overwritten, row r holding
 *   `u_r` in its first r entries. `diagonal`, `off`, `scale` are `[n]`; `off[r]` couples r − 1 and r, `off[0]` = 0;
 *   `scale[r]` = h_r, 0 where no reflection was needed. `work` is `[3n]`.
 * - Units: those of `a`.
 * - Source: Golub and Van Loan, Matrix Computations, 4th edition, algorithm 8.3.1.
 *
 * @example The reflections of a tridiagonal matrix are all trivial
 * const numbers = () => new Float64Array(2)
 * const t = { diagonal: numbers(), off: numbers(), scale: numbers(), work: new Float64Array(6) }
 * tridiagonalise(2, Float64Array.of(1, 0, 5, 2), t)
 * t.diagonal // => Float64Array.of(1, 2)
 * t.off // => Float64Array.of(0, 5)
 */
export const tridiagonalise = (n: number, a: Float64Array, t: Tridiagonal): void => {
  const { diagonal, off, scale, work } = t
  const v = work.subarray(0, n)
  const w = work.subarray(n, 2 * n)
  const y = work.subarray(2 * n, 3 * n)
  const vectors = { v, w, y }
  let pending = false
  for (let r = n - 1; r >= 0; r--) {
    const row = r * n
    if (pending) {
      const vr = v[r]!
      const wr = w[r]!
      for (let j = 0; j <= r; j++) a[row + j] = a[row + j]! - (vr * w[j]! + wr * v[j]!)
    }
    diagonal[r] = flushed(a[row + r]!)
    const h = reflector(a, row, r, off)
    scale[r] = h
    if (h === 0) {
      if (pending) updateTriangle(n, r, a, v, w)
      pending = false
      continue
    }
    y.fill(0, 0, r)
    if (pending) updateAndMultiply(n, r, a, vectors)
    else multiplyTriangle(n, r, a, y)
    let uy = 0
    for (let j = 0; j < r; j++) uy += a[row + j]! * y[j]!
    const inverse = 1 / h
    const half = 0.5 * uy * inverse * inverse
    for (let j = 0; j < r; j++) {
      const u = a[row + j]!
      v[j] = u
      w[j] = y[j]! * inverse - half * u
    }
    pending = true
  }
}

/** What `tridiagonalise` fills, allocated once for many matrices of one size. */
export interface Tridiagonal {
  /** Diagonal of T, `[n]`. */
  readonly diagonal: Float64Array
  /** Below the diagonal of T, `[n]`: entry r couples r − 1 and r. */
  readonly off: Float64Array
  /** h_r of each reflection, `[n]`. */
  readonly scale: Float64Array
  /** `[3n]`. */
  readonly work: Float64Array
}

/** Buffers of one size for `tridiagonalise`. */
export const tridiagonal = (n: number): Tridiagonal => ({
  diagonal: new Float64Array(n),
  off: new Float64Array(n),
  scale: new Float64Array(n),
  work: new Float64Array(3 * n)
})

/**
 * Brings eigenvectors of T back to eigenvectors of A: z ← H z, in place.
 *
 * - Shapes: `a`, `scale` as `tridiagonalise` left them; `z` holds `count` vectors of length n one after the other.
 */
export const backTransform = (
  n: number,
  a: Float64Array,
  scale: Float64Array,
  z: Float64Array,
  count: number
): void => {
  let c = 0
  for (; c + 3 < count; c += 4) reflectFour(n, a, scale, z, c * n)
  for (; c < count; c++)
    for (let r = 2; r < n; r++) {
      const h = scale[r]!
      if (h === 0) continue
      const row = r * n
      const z0 = c * n
      let s = 0
      for (let j = 0; j < r; j++) s += a[row + j]! * z[z0 + j]!
      s *= 1 / h
      for (let j = 0; j < r; j++) z[z0 + j] = z[z0 + j]! - s * a[row + j]!
    }
}

/**
 * All reflections of the four vectors from `z0` on. They share one reading of each reflector, and their sums hide each other's
 * latency; one pass takes a reflection off and makes the sums of the next.
 */
const reflectFour = (n: number, a: Float64Array, scale: Float64Array, z: Float64Array, z0: number): void => {
  const z1 = z0 + n
  const z2 = z1 + n
  const z3 = z2 + n
  let before = 0
  let t0 = 0
  let t1 = 0
  let t2 = 0
  let t3 = 0
  for (let r = 2; r <= n; r++) {
    if (r < n && scale[r] === 0) continue
    const last = before * n
    // After the last reflection there are no more sums to make: any row does.
    const row = r < n ? r * n : 0
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    for (let j = 0; j < before; j++) {
      const taken = a[last + j]!
      const u = a[row + j]!
      const x0 = z[z0 + j]! - t0 * taken
      const x1 = z[z1 + j]! - t1 * taken
      const x2 = z[z2 + j]! - t2 * taken
      const x3 = z[z3 + j]! - t3 * taken
      z[z0 + j] = x0
      z[z1 + j] = x1
      z[z2 + j] = x2
      z[z3 + j] = x3
      s0 += u * x0
      s1 += u * x1
      s2 += u * x2
      s3 += u * x3
    }
    if (r === n) return
    for (let j = before; j < r; j++) {
      const u = a[row + j]!
      s0 += u * z[z0 + j]!
      s1 += u * z[z1 + j]!
      s2 += u * z[z2 + j]!
      s3 += u * z[z3 + j]!
    }
    const inverse = 1 / scale[r]!
    t0 = s0 * inverse
    t1 = s1 * inverse
    t2 = s2 * inverse
    t3 = s3 * inverse
    before = r
  }
}

/** Entries below this are dropped: far below the rounding of entries near one, far above where squares underflow. */
const vanishing = 1e-30

const flushed = (x: number): number => (Math.abs(x) < vanishing ? 0 : x)

/** Turns row r's first r entries x into u with (I − u uᵀ/h) x = off[r]·e_{r−1}; returns h, 0 if x is there already. */
const reflector = (a: Float64Array, row: number, r: number, off: Float64Array): number => {
  if (r === 0) {
    off[0] = 0
    return 0
  }
  const last = row + r - 1
  const alpha = a[last]!
  let tail = 0
  for (let j = 0; j < r - 1; j++) tail += a[row + j]! * a[row + j]!
  if (tail < vanishing * vanishing) {
    off[r] = flushed(alpha)
    return 0
  }
  const norm = Math.sqrt(tail + alpha * alpha)
  const g = alpha > 0 ? -norm : norm
  off[r] = g
  a[last] = alpha - g
  return norm * norm - alpha * g
}

/** A ← A − v wᵀ − w vᵀ on the leading r rows. */
const updateTriangle = (n: number, r: number, a: Float64Array, v: Float64Array, w: Float64Array): void => {
  for (let i = 0; i < r; i++) {
    const row = i * n
    const vi = v[i]!
    const wi = w[i]!
    for (let j = 0; j <= i; j++) a[row + j] = a[row + j]! - (vi * w[j]! + wi * v[j]!)
  }
}

/** y ← A u, of the leading r rows, with u the first r entries of row r. */
const multiplyTriangle = (n: number, r: number, a: Float64Array, y: Float64Array): void => {
  const u = r * n
  for (let i = 0; i < r; i++) {
    const row = i * n
    const ui = a[u + i]!
    let sum = 0
    for (let j = 0; j < i; j++) {
      const x = a[row + j]!
      sum += x * a[u + j]!
      y[j] = y[j]! + x * ui
    }
    y[i] = y[i]! + sum + a[row + i]! * ui
  }
}

/**
 * Both of the above in one pass over the triangle, two rows at a time: they share the reading of v, w, u and y, and their two
 * sums hide each other's latency. Each sum is in the order of one row at a time, to the last bit.
 */
const updateAndMultiply = (
  n: number,
  r: number,
  a: Float64Array,
  { v, w, y }: { readonly v: Float64Array; readonly w: Float64Array; readonly y: Float64Array }
): void => {
  const u = r * n
  let i = 0
  for (; i + 1 < r; i += 2) {
    const row = i * n
    const next = row + n
    const v0 = v[i]!
    const w0 = w[i]!
    const u0 = a[u + i]!
    const v1 = v[i + 1]!
    const w1 = w[i + 1]!
    const u1 = a[u + i + 1]!
    let sum0 = 0
    let sum1 = 0
    for (let j = 0; j < i; j++) {
      const vj = v[j]!
      const wj = w[j]!
      const uj = a[u + j]!
      const x0 = a[row + j]! - (v0 * wj + w0 * vj)
      const x1 = a[next + j]! - (v1 * wj + w1 * vj)
      a[row + j] = x0
      a[next + j] = x1
      sum0 += x0 * uj
      sum1 += x1 * uj
      y[j] = y[j]! + x0 * u0 + x1 * u1
    }
    const d0 = a[row + i]! - 2 * v0 * w0
    a[row + i] = d0
    const x = a[next + i]! - (v1 * w0 + w1 * v0)
    a[next + i] = x
    sum1 += x * u0
    y[i] = y[i]! + sum0 + d0 * u0 + x * u1
    const d1 = a[next + i + 1]! - 2 * v1 * w1
    a[next + i + 1] = d1
    y[i + 1] = y[i + 1]! + sum1 + d1 * u1
  }
  if (i < r) {
    const row = i * n
    const vi = v[i]!
    const wi = w[i]!
    const ui = a[u + i]!
    let sum = 0
    for (let j = 0; j < i; j++) {
      const x = a[row + j]! - (vi * w[j]! + wi * v[j]!)
      a[row + j] = x
      sum += x * a[u + j]!
      y[j] = y[j]! + x * ui
    }
    const d = a[row + i]! - 2 * vi * wi
    a[row + i] = d
    y[i] = y[i]! + sum + d * ui
  }
}
