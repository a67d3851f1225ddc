/**
 * L-BFGS for many independent problems of one size in step: a state machine, so that whoever evaluates losses and
 * gradients (a session, all problems in one product) stays outside.
 *
 * - Source: Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.1 (backtracking until Armijo's condition).
 */

/** m problems in d variables; every array is row-major `[m, d]`. */
export interface Lbfgs {
  readonly problems: number
  readonly dimension: number
  /** The points at which loss and gradient are wanted next. */
  readonly x: Float64Array
  /** The best points so far. */
  readonly best: Float64Array
  readonly loss: Float64Array
  readonly gradient: Float64Array
  /** 1 once ‖∇F‖ ≤ tolerance · ‖∇F at 0‖, or no step improves F any more in the evaluator's precision. */
  readonly done: Uint8Array
  readonly iterations: Int32Array
  readonly internals: Internals
}

interface Internals {
  readonly memory: number
  readonly tolerance: number
  readonly noise: number
  /** Applies an approximate inverse Hessian in place. */
  readonly precondition: ((v: Float64Array) => void) | undefined
  readonly scale: Float64Array
  readonly step: Float64Array
  readonly slope: Float64Array
  readonly direction: Float64Array
  /** s = x_{k+1} − x_k and y = ∇F_{k+1} − ∇F_k of the last `memory` steps, `[m, memory, d]`. */
  readonly s: Float64Array
  readonly y: Float64Array
  readonly count: Int32Array
  started: boolean
}

const ARMIJO = 1e-4
const SMALLEST_STEP = 1e-6
/** Of the noise: the model's curvature may be a few times too large, and several steps may follow. */
const NEGLIGIBLE = 0.1

export interface LbfgsOptions {
  /** Steps remembered. */
  readonly memory?: number
  /** Relative gradient norm at which a problem is solved. */
  readonly tolerance?: number
  /** Relative error of the evaluator's losses. */
  readonly noise?: number
  /** Multiplies a vector (`[d]`) by an approximate inverse Hessian that all problems share, in place. */
  readonly precondition?: (v: Float64Array) => void
}

/**
 * Starts at 0. `noise` is the relative error of the evaluator's losses: differences below it prove nothing, so such a
 * step is judged by its gradient alone.
 */
export const lbfgs = (problems: number, dimension: number, options: LbfgsOptions = {}): Lbfgs => {
  const { memory = 8, tolerance = 1e-5, noise = 3e-7, precondition } = options
  const n = problems * dimension
  return {
    problems,
    dimension,
    x: new Float64Array(n),
    best: new Float64Array(n),
    loss: new Float64Array(problems).fill(Number.POSITIVE_INFINITY),
    gradient: new Float64Array(n),
    done: new Uint8Array(problems),
    iterations: new Int32Array(problems),
    internals: {
      memory,
      tolerance,
      noise,
      precondition,
      scale: new Float64Array(problems),
      step: new Float64Array(problems).fill(1),
      slope: new Float64Array(problems),
      direction: new Float64Array(n),
      s: new Float64Array(n * memory),
      y: new Float64Array(n * memory),
      count: new Int32Array(problems),
      started: false
    }
  }
}

const dot = (a: Float64Array, p: number, b: Float64Array, q: number, d: number): number => {
  let s = 0
  for (let i = 0; i < d; i++) s += a[p + i]! * b[q + i]!
  return s
}

/** ‖∇F‖ of problem `k` at its best point. */
export const gradientNorm = (o: Lbfgs, k: number): number =>
  Math.sqrt(dot(o.gradient, k * o.dimension, o.gradient, k * o.dimension, o.dimension))

/**
 * Takes in the losses (`[m]`) and gradients (`[m, d]`) at `o.x`, and moves `o.x` of every unfinished problem to the
 * next trial point. Gives the number of unfinished problems.
 */
export const advance = (o: Lbfgs, loss: Float64Array, gradient: Float64Array): number => {
  let open = 0
  for (let k = 0; k < o.problems; k++) {
    if (o.done[k] === 1) continue
    if (!o.internals.started) begin(o, k, loss, gradient)
    else if (improves(o, k, loss, gradient)) accept(o, k, loss, gradient)
    else shorten(o, k)
    if (o.done[k] === 0) open++
  }
  o.internals.started = true
  return open
}

/** Armijo's condition; within the noise of the losses, the slope must have become less steep instead. */
const improves = (o: Lbfgs, k: number, loss: Float64Array, gradient: Float64Array): boolean => {
  const { step, slope, noise, direction } = o.internals
  if (loss[k]! <= o.loss[k]! + ARMIJO * step[k]! * slope[k]!) return true
  if (loss[k]! > o.loss[k]! + noise * Math.abs(o.loss[k]!)) return false
  const at = k * o.dimension
  return Math.abs(dot(gradient, at, direction, at, o.dimension)) < 0.9 * Math.abs(slope[k]!)
}

const begin = (o: Lbfgs, k: number, loss: Float64Array, gradient: Float64Array): void => {
  store(o, k, loss, gradient)
  o.internals.scale[k] = Math.max(gradientNorm(o, k), 1e-300)
  if (gradientNorm(o, k) === 0) o.done[k] = 1
  else aim(o, k)
}

const store = (o: Lbfgs, k: number, loss: Float64Array, gradient: Float64Array): void => {
  const [d, at] = [o.dimension, k * o.dimension]
  o.loss[k] = loss[k]!
  for (let i = 0; i < d; i++) {
    o.best[at + i] = o.x[at + i]!
    o.gradient[at + i] = gradient[at + i]!
  }
}

const accept = (o: Lbfgs, k: number, loss: Float64Array, gradient: Float64Array): void => {
  const { dimension: d } = o
  const { memory, s, y, count, tolerance, scale } = o.internals
  const at = k * d
  const slot = (k * memory + (count[k]! % memory)) * d
  let curvature = 0
  for (let i = 0; i < d; i++) curvature += (o.x[at + i]! - o.best[at + i]!) * (gradient[at + i]! - o.gradient[at + i]!)
  // A pair without curvature is not remembered, nor does it take another's place.
  if (curvature > 0) {
    for (let i = 0; i < d; i++) {
      s[slot + i] = o.x[at + i]! - o.best[at + i]!
      y[slot + i] = gradient[at + i]! - o.gradient[at + i]!
    }
    count[k]!++
  }
  store(o, k, loss, gradient)
  o.iterations[k]!++
  if (gradientNorm(o, k) <= tolerance * scale[k]!) o.done[k] = 1
  else aim(o, k)
}

const shorten = (o: Lbfgs, k: number): void => {
  const { step, direction, count } = o.internals
  const [d, at] = [o.dimension, k * o.dimension]
  step[k]! *= 0.4
  if (step[k]! < SMALLEST_STEP) {
    // A stale memory may point nowhere useful: forget it once; without memory this is as good as the precision allows.
    if (count[k] === 0) o.done[k] = 1
    count[k] = 0
    for (let i = 0; i < d; i++) o.x[at + i] = o.best[at + i]!
    if (o.done[k] === 0) aim(o, k)
    return
  }
  for (let i = 0; i < d; i++) o.x[at + i] = o.best[at + i]! + step[k]! * direction[at + i]!
}

/** The two-loop recursion, then the first trial point along its direction. */
const aim = (o: Lbfgs, k: number): void => {
  const { dimension: d } = o
  const { memory, s, y, count, direction, step, slope } = o.internals
  const at = k * d
  const used = Math.min(count[k]!, memory)
  const alpha = new Float64Array(used)
  const slotOf = (age: number): number => (k * memory + ((count[k]! - 1 - age) % memory)) * d
  for (let i = 0; i < d; i++) direction[at + i] = -o.gradient[at + i]!
  for (let age = 0; age < used; age++) {
    const q = slotOf(age)
    alpha[age] = dot(s, q, direction, at, d) / dot(y, q, s, q, d)
    for (let i = 0; i < d; i++) direction[at + i]! -= alpha[age]! * y[q + i]!
  }
  if (o.internals.precondition !== undefined) o.internals.precondition(direction.subarray(at, at + d))
  else {
    const last = slotOf(0)
    const h = used === 0 ? 1 / o.internals.scale[k]! : dot(s, last, y, last, d) / dot(y, last, y, last, d)
    for (let i = 0; i < d; i++) direction[at + i]! *= h
  }
  for (let age = used - 1; age >= 0; age--) {
    const q = slotOf(age)
    const beta = dot(y, q, direction, at, d) / dot(y, q, s, q, d)
    for (let i = 0; i < d; i++) direction[at + i]! += (alpha[age]! - beta) * s[q + i]!
  }
  slope[k] = dot(o.gradient, at, direction, at, d)
  step[k] = 1
  // Half the slope is the decrease that the quadratic model promises: well within the noise there is nothing left to gain.
  if (-slope[k]! / 2 < NEGLIGIBLE * o.internals.noise * Math.abs(o.loss[k]!)) {
    o.done[k] = 1
    return
  }
  for (let i = 0; i < d; i++) o.x[at + i] = o.best[at + i]! + direction[at + i]!
}
