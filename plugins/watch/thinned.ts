/** Curves of many points as curves of few that look the same. */

/** A point of a curve. */
export interface CurvePoint {
  readonly step: number
  readonly value: number
}

/**
 * At most about `most` of the points, in their order: of each of `most`/2 stretches of equally many points the lowest and the highest,
 * and the first and the last point of all. So a spike of one point is seen, whatever the number of points.
 *
 * - Shapes: `steps` and `values` of one length; the result's length is at most `most` + 2.
 */
export const thinned = (
  { steps, values }: { readonly steps: readonly number[]; readonly values: readonly number[] },
  most: number
): readonly CurvePoint[] => {
  const n = steps.length
  if (n <= most) return steps.map((step, i) => ({ step, value: values[i]! }))
  const stretches = Math.max(1, Math.floor(most / 2))
  const kept = new Set([0, n - 1])
  for (let s = 0; s < stretches; s++) {
    const [from, to] = [Math.floor((s * n) / stretches), Math.floor(((s + 1) * n) / stretches)]
    let [low, high] = [from, from]
    for (let i = from; i < to; i++) {
      if (values[i]! < values[low]!) low = i
      if (values[i]! > values[high]!) high = i
    }
    kept.add(low).add(high)
  }
  return [...kept].sort((a, b) => a - b).map((i) => ({ step: steps[i]!, value: values[i]! }))
}
