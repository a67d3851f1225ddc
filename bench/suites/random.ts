/** Random draws against NumPy, which gives the same bits. */
import { Effect } from "effect"
import {
  fillIntegers,
  fillNormal,
  fillPermutation,
  fillRandom,
  type Stream,
  stream,
  zeroKey
} from "../../core/random/mod.ts"
import type { Suite, Work } from "../suite.ts"
import { sampler, secondsPerCall } from "../timing.ts"

const count = 100_000

/** `fill` is our side of NumPy's `kind`. */
const draws = (kind: string, fill: (s: Stream) => void): Work => ({
  work: `${kind}, ${count} a call`,
  unit: "draws/s",
  rounds: 5,
  ours: Effect.sync(() => {
    const s = stream(zeroKey)
    return sampler(() => count / secondsPerCall(() => fill(s)))
  }),
  opponents: [{ peer: "numpy", goal: null, ask: { work: "draws", args: { kind, count } } }]
})

export const random: Suite = {
  name: "random",
  question: "How fast are random draws that are NumPy's bit for bit?",
  works: Effect.sync(() => {
    const [floats, ints] = [new Float64Array(count), new Int32Array(count)]
    return [
      draws("random", (s) => fillRandom(s, floats)),
      draws("standard_normal", (s) => fillNormal(s, floats)),
      draws("integers", (s) => fillIntegers(s, 0, 10, ints)),
      draws("permutation", (s) => fillPermutation(s, ints))
    ]
  })
}
