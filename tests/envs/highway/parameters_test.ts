import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { child, key, stream, zeroKey } from "../../../core/random/mod.ts"
import { highway, highwayFast } from "../../../envs/highway/highway.ts"
import { absent } from "../../../envs/highway/parameters.ts"
import type { Params } from "../../../envs/parameter.ts"
import { replay } from "../../../envs/replay.ts"
import { columnOf, right } from "./reference.ts"

const refusal = (params: Params): string => {
  const made = highway.make(params)
  return Either.isLeft(made) ? made.left.message : "accepted"
}

test("values that fit their ranges but not each other are refused", () => {
  assert.equal(
    refusal({ initial_lane_id: 4 }),
    'Cannot set option "initial_lane_id" of highway-v0: want a lane below lanes_count = 4, or −1, got 4'
  )
  assert.match(refusal({ reward_speed_range: "30,20" }), /a first speed below the second, got 30,20/)
  assert.match(refusal({ target_speeds: "25,25" }), /speeds that rise/)
  assert.match(refusal({ collision_reward: 0.5 }), /normalize_reward.*want false/)
  assert.equal(refusal({ collision_reward: 0.5, normalize_reward: false }), "accepted")
})

test("duration decides the time limit, counted in steps of 1/policy_frequency seconds", () => {
  assert.equal(right(highway.make({})).maxEpisodeSteps, highway.maxEpisodeSteps)
  assert.equal(right(highwayFast.make({ duration: 12, policy_frequency: 4 })).maxEpisodeSteps, 48)
  // Sixty fifths of a second, added one by one, fall short of 12 s: highway-env takes one step more, and so do we.
  assert.equal(right(highwayFast.make({ duration: 12, policy_frequency: 5 })).maxEpisodeSteps, 61)
  assert.equal(right(highwayFast.make({ duration: 0.1 + 1 })).maxEpisodeSteps, 2)
})

test("reset() puts every vehicle in a lane, each ahead of the last, and the denser the nearer", () => {
  const lengthOf = (density: number, k: number): number => {
    const dynamics = right(highwayFast.make({ vehicles_density: density }))
    const state = new Float64Array(dynamics.stateSize)
    dynamics.reset(state, 0, stream(child(zeroKey, k)))
    const x = columnOf(state, "x", 21)
    for (const [i, place] of x.entries()) assert.ok(i === 0 || place > x[i - 1]!)
    assert.deepEqual(
      columnOf(state, "y", 21),
      columnOf(state, "lane", 21).map((lane) => 4 * lane)
    )
    return x[20]! - x[0]!
  }
  fc.assert(fc.property(fc.nat(1000), (k) => assert.ok(lengthOf(2, k) < lengthOf(1, k))))
})

test("offroad_terminal ends an episode off the road, where highway-env ends it", () => {
  // Steps that highway-env 1.12.1 makes by seed, with one other vehicle and so few frames a second that steering overshoots.
  const steps = [
    { frequency: 1, by: [2, 2, 2] },
    { frequency: 2, by: [6, 1, 6] },
    { frequency: 3, by: [5, 7, 16] } // crashes but the last
  ]
  const actions = Array.from({ length: 30 }, (_, t) => [0, 2, 2, 0, 1][t % 5]!)
  for (const { frequency, by } of steps)
    for (const [seed, length] of by.entries()) {
      const params = { simulation_frequency: frequency, vehicles_count: 1, offroad_terminal: true }
      const episode = right(replay(highwayFast, params, right(key(seed)), actions))
      assert.deepEqual([episode.steps.length, episode.steps.at(-1)?.terminated], [length, true])
    }
})

test("keys of highway-env that are no parameters are refused with the reason", () => {
  assert.match(refusal({ lane_change_reward: -1 }), /want one of .*lanes_count.*; highway-env .* reads it nowhere$/)
  assert.match(refusal({ controlled_vehicles: 2 }), /one vehicle is the agent's; gymnasium:highway-v0/)
  for (const name of Object.keys(absent))
    assert.ok(!(name in highway.parameters) && refusal({ [name]: 1 }).includes(absent[name]!))
})

test("with nobody else on the road the agent never crashes, whatever it does", () => {
  const dynamics = right(highwayFast.make({ vehicles_count: 0 }))
  fc.assert(
    fc.property(fc.array(fc.nat(4), { minLength: 1, maxLength: 30 }), fc.nat(100), (actions, k) => {
      const state = new Float64Array(dynamics.stateSize)
      const source = stream(child(zeroKey, k))
      const outcome = { reward: 0, terminated: false }
      dynamics.reset(state, 0, source)
      for (const action of actions) {
        dynamics.step(state, 0, Float64Array.of(action), source, outcome)
        assert.ok(!outcome.terminated && outcome.reward > 0 && outcome.reward <= 1)
        const [speed] = columnOf(state, "speed", 1)
        assert.ok(speed! > 15 && speed! < 31)
      }
    })
  )
})
