/** What solves a complementarity problem, and how well. */
export interface Complementarity {
  /** x ≥ 0. */
  readonly x: Float64Array
  /** Where x may be positive: a start for a problem that is nearly the same. */
  readonly active: Uint8Array
  /** The largest violation of s ≥ 0 and of x s = 0, beside the numbers that an s is the sum of: the certificate. */
  readonly residual: number
}

/**
 * The linear complementarity problem of a symmetric positive definite matrix: the least of a quadratic function over x ≥ 0.
 *
 *     x = argmin ½ xᵀ A x + qᵀ x,  x ≥ 0     ⇔     x ≥ 0,   s = A x + q ≥ 0,   xᵀ s = 0
 *
 * By block principal pivoting: all signs that are wrong change at once, and one at a time where that does not make them fewer,
 * which ends after finitely many rounds. The second line is a certificate: it holds of nothing but the solution.
 *
 * - Shapes: `a` `[n, n]` row-major; `q`, x `[n]`; `start` `[n]`, where x is thought to be positive.
 * - Source: Júdice and Pires, "A block principal pivoting algorithm for large-scale strictly monotone linear complementarity
 *   problems", Computers and Operations Research 21, 1994.
 *
 * @example
 * complementarity(2, Float64Array.of(4, 1, 1, 2), Float64Array.of(-4, 3)).x // => Float64Array.of(1, 0)
 */
export const complementarity = (
  n: number,
  a: Float64Array,
  q: Float64Array,
  start: Uint8Array = new Uint8Array(n)
): Complementarity => {
  const [x, s, wrong] = [new Float64Array(n), new Float64Array(n), new Uint8Array(n)]
  const p: Pivoting = { n, a, q, active: start.slice(), x, s, wrong }
  const work = { factor: new Float64Array(n * n), index: new Int32Array(n), y: new Float64Array(n) }
  let fewest = n + 1
  let trials = TRIALS
  // The bound only ends what rounding would let go round and round: a solution takes a few rounds.
  for (let round = 0; round < 20 * (n + 5); round++) {
    solveActive(p, work)
    const { count, last } = wrongSigns(p)
    if (count === 0) break
    if (count < fewest) [fewest, trials] = [count, TRIALS]
    else trials--
    if (trials < 0) p.active[last] = 1 - p.active[last]!
    else for (let i = 0; i < n; i++) if (p.wrong[i] === 1) p.active[i] = 1 - p.active[i]!
  }
  return certified(p)
}

/** Rounds without progress before signs change one at a time. */
const TRIALS = 3

/** Of rounding, beside the numbers that are added up. */
const ROUNDING = 1e-13

interface Pivoting {
  readonly n: number
  readonly a: Float64Array
  readonly q: Float64Array
  readonly active: Uint8Array
  readonly x: Float64Array
  readonly s: Float64Array
  /** Whether x is negative where it is active, or s where it is not, beyond rounding. */
  readonly wrong: Uint8Array
}

interface Work {
  readonly factor: Float64Array
  readonly index: Int32Array
  readonly y: Float64Array
}

/** x with A x + q = 0 where it is active, 0 elsewhere; s = A x + q. */
const solveActive = ({ n, a, q, active, x, s }: Pivoting, { factor: l, index, y }: Work): void => {
  let k = 0
  for (let i = 0; i < n; i++) if (active[i] === 1) index[k++] = i
  for (let i = 0; i < k; i++) {
    const row = index[i]! * n
    for (let j = 0; j <= i; j++) {
      let sum = a[row + index[j]!]!
      for (let h = 0; h < j; h++) sum -= l[i * n + h]! * l[j * n + h]!
      // A pivot that rounding has eaten up counts as what rounding is.
      l[i * n + j] =
        j < i ? sum / l[j * n + j]! : Math.sqrt(Math.max(sum, 1e-15 * a[row + index[i]!]!, Number.MIN_VALUE))
    }
  }
  for (let i = 0; i < k; i++) {
    let sum = -q[index[i]!]!
    for (let h = 0; h < i; h++) sum -= l[i * n + h]! * y[h]!
    y[i] = sum / l[i * n + i]!
  }
  for (let i = k - 1; i >= 0; i--) {
    let sum = y[i]!
    for (let h = i + 1; h < k; h++) sum -= l[h * n + i]! * y[h]!
    y[i] = sum / l[i * n + i]!
  }
  x.fill(0)
  for (let i = 0; i < k; i++) x[index[i]!] = y[i]!
  for (let i = 0; i < n; i++) {
    let sum = q[i]!
    for (let h = 0; h < k; h++) sum += a[i * n + index[h]!]! * y[h]!
    s[i] = sum
  }
}

/** |q_i| + Σ_j |A_ij x_j|: what rounding of s_i goes by. */
const sizeOf = ({ n, a, q, x }: Pivoting, i: number): number => {
  let size = Math.abs(q[i]!)
  for (let j = 0; j < n; j++) size += Math.abs(a[i * n + j]! * x[j]!)
  return size
}

/** Marks the signs that are wrong: how many there are, and the last one. */
const wrongSigns = (p: Pivoting): { readonly count: number; readonly last: number } => {
  const { n, active, x, s, wrong } = p
  let [count, last] = [0, -1]
  for (let i = 0; i < n; i++) {
    const isWrong = active[i] === 1 ? x[i]! < 0 : s[i]! < 0 && s[i]! < -ROUNDING * sizeOf(p, i)
    wrong[i] = isWrong ? 1 : 0
    if (isWrong) [count, last] = [count + 1, i]
  }
  return { count, last }
}

const certified = (p: Pivoting): Complementarity => {
  const { n, active, x, s } = p
  let residual = 0
  for (let i = 0; i < n; i++) {
    if (x[i]! < 0) x[i] = 0
    const miss = active[i] === 1 ? Math.abs(s[i]!) : Math.max(0, -s[i]!)
    if (miss > 0) residual = Math.max(residual, miss / sizeOf(p, i))
  }
  return { x, active, residual }
}
