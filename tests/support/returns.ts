import type { Stream } from "../../core/random/mod.ts"
import type { Dynamics, Environment } from "../../envs/mod.ts"
import { limitOf } from "../../envs/mod.ts"

/** Plays one episode: `act` writes each action; the sum of rewards and the number of steps. */
export const playEpisode = (
  environment: Environment,
  dynamics: Dynamics,
  source: Stream,
  act: (action: Float64Array, state: Float64Array) => void
): { readonly total: number; readonly length: number } => {
  const state = new Float64Array(dynamics.stateSize)
  const action = new Float64Array(dynamics.actionSize)
  const outcome = { reward: 0, terminated: false }
  const limit = limitOf(environment, dynamics)
  let [total, length] = [0, 0]
  dynamics.reset(state, 0, source)
  while (length < limit && !outcome.terminated) {
    act(action, state)
    dynamics.step(state, 0, action, source, outcome)
    total += outcome.reward
    length++
  }
  return { total, length }
}
