/** What whole episodes of a lander return, held against Gymnasium's records of it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { kolmogorovSmirnov } from "../../support/kolmogorov.ts"
import type { Statistics } from "./reference.ts"

/** Episodes of seeds of our own. */
const FRESH = 40

/** Plays the first `again` of each record's seeds, and others. */
export const testReturns = (
  kind: string,
  stats: readonly Statistics[],
  again: number,
  play: (s: Statistics, seed: number) => { readonly total: number; readonly length: number }
): void => {
  for (const s of stats) {
    const label = `${kind}, gravity ${s.gravity}, ${s.enable_wind ? "wind" : "still"}, ${s.policy}`

    test(`other seeds' returns may come of Gymnasium's distribution: ${label}`, () => {
      const found = Array.from({ length: FRESH }, (_, i) => play(s, i))
      const returns = kolmogorovSmirnov(
        found.map((f) => f.total),
        s.returns
      )
      const lengths = kolmogorovSmirnov(
        found.map((f) => f.length),
        s.lengths
      )
      assert.ok(Math.min(returns.probability, lengths.probability) > 1e-3, JSON.stringify({ returns, lengths }))
    })

    test(`a seed's return is Gymnasium's, but where it hangs on a bounce: ${label}`, () => {
      const same = Array.from({ length: again }, (_, i) => play(s, s.reset_seeds[0] + i)).filter(
        (f, i) => f.length === s.lengths[i] && Math.abs(f.total - s.returns[i]!) < 0.5
      )
      assert.ok(same.length >= (s.policy === "random" ? 0.9 : 0.4) * again, `${same.length} of ${again}`)
    })
  }
}
