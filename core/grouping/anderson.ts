/**
 * Anderson acceleration of a fixed-point iteration M ← G(M), with what it remembers.
 *
 *     γ = argmin ‖F_t − ΔF γ‖,    M_{t+1} = G_t − ΔG γ,    F = the step G was made of
 *
 * where the columns of ΔF, ΔG are the last differences of F and G. On an affine map it is GMRES; the splitting becomes
 * one as soon as it has found which entries and eigenvalues are zero. Before, M may drift: F stays the same for hundreds of
 * steps, which no ΔF explains. Then M goes along F in steps of growing length. A step that makes F grow is taken back and
 * the memory forgotten, so it never does worse for long than the plain iteration.
 *
 * - Source: Walker and Ni, SIAM J. Numer. Anal. 49 (2011), 1715, algorithm AA with the difference form.
 */
export interface Anderson {
  /** M ← the accelerated point after G, or the last good G if `size` = ‖F‖ has grown too much. */
  readonly next: (m: Float64Array, f: Float64Array, g: Float64Array, size: number) => void
  /** Forgets the past: the map has changed. */
  readonly reset: () => void
}

/** F may grow by this factor before a step is taken back. */
const tolerated = 2

/** Extrapolations longer than this many ‖F‖, or than M itself, come from a singular least-squares problem. */
const farthest = 1e4

/** Where F changes by less than this, squared and relative, M drifts at one speed, until some entry reaches zero. */
const steady = 1e-9

/** After a longer step the drift goes on, and plain steps calm it, while F changes by less than this. */
const similar = 0.3

/** Each longer step along a drift is this many times the last. */
const growth = 4

/** An extrapolation that promises to take away at least this share of ‖F‖² is never taken for chance. */
const worthwhile = 0.1

/** Tikhonov term of the least squares, relative to the trace of its matrix. */
const damping = 1e-10

/** An acceleration of the given memory for vectors of the given length. */
export const anderson = (length: number, memory: number): Anderson => {
  const stepF = Array.from({ length: memory }, () => new Float64Array(length))
  const stepG = Array.from({ length: memory }, () => new Float64Array(length))
  const gram = new Float64Array(memory * memory)
  const factor = new Float64Array(memory * memory)
  const gamma = new Float64Array(memory)
  const overlap = new Float64Array(memory)
  const lastF = new Float64Array(length)
  const lastG = new Float64Array(length)
  let held = 0
  let newest = -1
  let started = false
  let stretch = 0
  let lastSize = Number.POSITIVE_INFINITY
  const reset = (): void => {
    held = 0
    newest = -1
    started = false
    stretch = 0
    lastSize = Number.POSITIVE_INFINITY
  }
  const remember = (f: Float64Array, g: Float64Array): void => {
    newest = (newest + 1) % memory
    held = Math.min(memory, held + 1)
    const df = stepF[newest]!
    const dg = stepG[newest]!
    for (let p = 0; p < length; p++) {
      df[p] = f[p]! - lastF[p]!
      dg[p] = g[p]! - lastG[p]!
    }
    for (let i = 0; i < held; i++) {
      const value = dot(length, stepF[i]!, df)
      gram[newest * memory + i] = value
      gram[i * memory + newest] = value
    }
  }
  return {
    reset,
    next: (m, f, g, size) => {
      if (size > tolerated * lastSize) {
        m.set(lastG)
        reset()
        return
      }
      if (started && memory > 0) remember(f, g)
      lastF.set(f)
      lastG.set(g)
      lastSize = size
      started = true
      m.set(g)
      const square = dot(length, f, f)
      const change = held > 0 ? gram[newest * memory + newest]! / square : Number.POSITIVE_INFINITY
      if (change <= steady) {
        stretch = Math.min(farthest, growth * stretch + 1)
        for (let p = 0; p < length; p++) m[p] = g[p]! + stretch * f[p]!
        return
      }
      if (stretch > 0 && change < similar) return
      stretch = 0
      for (let i = 0; i < held; i++) gamma[i] = overlap[i] = dot(length, stepF[i]!, f)
      if (held === 0 || !solve(held, memory, gram, factor, gamma)) return
      // ‖F − ΔF γ‖² = ‖F‖² − γᵀ ΔFᵀ F. While M drifts at one speed ΔF is rounding, and explains no more than chance.
      let explained = 0
      for (let i = 0; i < held; i++) explained += gamma[i]! * overlap[i]!
      if (explained < Math.min(worthwhile, (2 * held) / length) * square) return
      for (let i = 0; i + 1 < held; i += 2) subtractTwo(m, [stepG[i]!, stepG[i + 1]!], gamma[i]!, gamma[i + 1]!)
      if (held % 2 === 1) subtractTwo(m, [stepG[held - 1]!, stepG[held - 1]!], gamma[held - 1]!, 0)
      if (leap(length, m, g) <= Math.min(farthest * size, Math.max(1, Math.sqrt(dot(length, g, g))))) return
      m.set(g)
      reset()
    }
  }
}

const leap = (length: number, a: Float64Array, b: Float64Array): number => {
  let square = 0
  for (let p = 0; p < length; p++) square += (a[p]! - b[p]!) * (a[p]! - b[p]!)
  return Math.sqrt(square)
}

/** Four sums side by side: one would wait for each addition. */
const dot = (length: number, a: Float64Array, b: Float64Array): number => {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let p = 0
  for (; p + 3 < length; p += 4) {
    s0 += a[p]! * b[p]!
    s1 += a[p + 1]! * b[p + 1]!
    s2 += a[p + 2]! * b[p + 2]!
    s3 += a[p + 3]! * b[p + 3]!
  }
  for (; p < length; p++) s0 += a[p]! * b[p]!
  return s0 + s1 + (s2 + s3)
}

/** m ← m − x a − y b, of columns as long as m. */
const subtractTwo = (m: Float64Array, [a, b]: readonly [Float64Array, Float64Array], x: number, y: number): void => {
  for (let p = 0; p < a.length; p++) m[p] = m[p]! - (x * a[p]! + y * b[p]!)
}

/** x ← (A + damping)⁻¹ x by Cholesky on the leading `held` rows; false where A is not positive. */
const solve = (held: number, stride: number, a: Float64Array, l: Float64Array, x: Float64Array): boolean => {
  let trace = 0
  for (let i = 0; i < held; i++) trace += a[i * stride + i]!
  if (!(trace > 0)) return false
  for (let i = 0; i < held; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * stride + j]! + (i === j ? damping * trace : 0)
      for (let k = 0; k < j; k++) sum -= l[i * stride + k]! * l[j * stride + k]!
      if (i === j && !(sum > 0)) return false
      l[i * stride + j] = i === j ? Math.sqrt(sum) : sum / l[j * stride + j]!
    }
  }
  for (let i = 0; i < held; i++) {
    let sum = x[i]!
    for (let k = 0; k < i; k++) sum -= l[i * stride + k]! * x[k]!
    x[i] = sum / l[i * stride + i]!
  }
  for (let i = held - 1; i >= 0; i--) {
    let sum = x[i]!
    for (let k = i + 1; k < held; k++) sum -= l[k * stride + i]! * x[k]!
    x[i] = sum / l[i * stride + i]!
  }
  return true
}
