import assert from "node:assert/strict"
import { test } from "node:test"
import { integers } from "../../../core/random/mod.ts"
import { lunarLander } from "../../../envs/lunar_lander/lunar_lander.ts"
import { kolmogorovSmirnov } from "../../support/kolmogorov.ts"
import { playEpisode } from "../../support/returns.ts"
import { paramsOf, pilot, right, type Statistics, seeded, stats } from "./reference.ts"

/** Of the 200 seeds of each record, and of seeds of our own. */
const [AGAIN, FRESH] = [30, 40]

const play = (s: Statistics, seed: number): { readonly total: number; readonly length: number } => {
  const dynamics = right(lunarLander.make(paramsOf(s)))
  const chance = seeded(seed)
  const seen = new Float32Array(8)
  return playEpisode(lunarLander, dynamics, seeded(seed), (action, state) => {
    dynamics.observe(state, 0, seen, 0)
    action[0] = s.policy === "random" ? integers(chance, 0, 4) : pilot(seen)
  })
}

for (const s of stats) {
  const label = `gravity ${s.gravity}, ${s.enable_wind ? "wind" : "still"}, ${s.policy}`

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
    const same = Array.from({ length: AGAIN }, (_, i) => play(s, s.reset_seeds[0] + i)).filter(
      (f, i) => f.length === s.lengths[i] && Math.abs(f.total - s.returns[i]!) < 0.5
    )
    assert.ok(same.length >= (s.policy === "random" ? 0.9 : 0.4) * AGAIN, `${same.length} of ${AGAIN}`)
  })
}
