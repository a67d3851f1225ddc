/** First weights of a linear layer. */
import { type Stream, standardNormal } from "../random/mod.ts"
import { orthogonal } from "./orthogonal.ts"
import type { Linear } from "./wiring.ts"

/** Fills a layer's weights as it says that they start; `head` is the gain of a last layer. */
export const firstWeights = (s: Stream, { op, width, from }: Linear, head: number, out: Float64Array): void => {
  const { start, parts } = op
  const inputs = from[0]!.width
  if (start === "zero") return
  if (start === "one") {
    out.fill(1)
    return
  }
  if (typeof start === "object") {
    directions(s, inputs, start.norm, out)
    return
  }
  const each = width / parts
  for (let k = 0; k < parts; k++) {
    const part = out.subarray(k * each * inputs, (k + 1) * each * inputs)
    orthogonal(s, each, inputs, start === "head" ? head : start, part)
  }
}

/** Fills a row-major matrix whose columns have this norm. */
const directions = (s: Stream, columns: number, norm: number, out: Float64Array): void => {
  const squares = new Float64Array(columns)
  for (let i = 0; i < out.length; i++) {
    const x = standardNormal(s)
    out[i] = x
    squares[i % columns]! += x * x
  }
  for (let i = 0; i < out.length; i++) out[i]! *= norm / Math.sqrt(squares[i % columns]!)
}
