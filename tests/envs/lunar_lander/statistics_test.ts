import { integers } from "../../../core/random/mod.ts"
import { lunarLander } from "../../../envs/lunar_lander/lunar_lander.ts"
import { playEpisode } from "../../support/returns.ts"
import { paramsOf, pilot, right, type Statistics, seeded, stats } from "./reference.ts"
import { testReturns } from "./returns.ts"

const play = (s: Statistics, seed: number): { readonly total: number; readonly length: number } => {
  const dynamics = right(lunarLander.make(paramsOf(s)))
  const chance = seeded(seed)
  const seen = new Float32Array(8)
  return playEpisode(lunarLander, dynamics, seeded(seed), (action, state) => {
    dynamics.observe(state, 0, seen, 0)
    action[0] = s.policy === "random" ? integers(chance, 0, 4) : pilot(seen)
  })
}

testReturns("engines on or off", stats, 30, play)
