/** A learning rate (or any number) as a function of how much of the training is done. */
export type Schedule = (progress: number) => number

/** The same number throughout. */
export const constantRate =
  (rate: number): Schedule =>
  () =>
    rate

/**
 * Linear annealing.
 *
 *     η(p) = from + (to − from)·p,   p = steps done / steps in all, held within [0, 1]
 *
 * - Source: the definition.
 */
export const linearRate =
  (from: number, to = 0): Schedule =>
  (progress) => {
    const p = Math.min(1, Math.max(0, progress))
    return from * (1 - p) + to * p
  }
