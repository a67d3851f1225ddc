import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import { key, stream, zeroKey } from "../../../core/random/mod.ts"
import { type Column, columnAt } from "../../../envs/highway/traffic.ts"
import { replay } from "../../../envs/replay.ts"
import { columnOf, type Episode, environmentOf, episodes, frameRecords, paramsOf, right, stateOf } from "./reference.ts"

/**
 * The issue asks for 1e-6 m; the dynamics are well conditioned and differ only by the last bit of sines and powers, so
 * that whole episodes stay this close.
 */
const CLOSE = 1e-10
/** One bit of a float32 below 1. */
const FLOAT32 = 2 ** -23

const close = (got: number | undefined, want: number | undefined, bound: number, what: string): void =>
  assert.ok(Math.abs(got! - want!) <= bound, `${what}: got ${got}, want ${want}`)

const kinematics: readonly Column[] = ["x", "y", "heading", "speed"]

const vehiclesClose = (state: Float64Array, want: readonly (readonly number[])[], what: string): void => {
  for (const [i, vehicle] of want.entries())
    for (const [k, column] of kinematics.entries())
      close(state[columnAt(column, want.length) + i], vehicle[k], CLOSE, `${what}, ${column} of vehicle ${i}`)
}

const flagged = (state: Float64Array, column: Column, count: number): number[] =>
  columnOf(state, column, count).flatMap((flag, i) => (flag === 1 ? [i] : []))

const labelOf = (e: Pick<Episode, "env_id" | "seed">): string => `${e.env_id}, seed ${e.seed}`

for (const e of episodes) {
  const params = paramsOf(e.config_given)
  const env = environmentOf(e.env_id)

  test(`step() takes highway-env's vehicles where highway-env does, also past a crash: ${labelOf(e)}`, () => {
    const dynamics = right(env.make(params))
    const count = e.initial_vehicles.length
    const state = stateOf(e.initial_vehicles)
    const outcome = { reward: 0, terminated: false }
    const seen = new Float32Array(dynamics.observationSize)
    const source = stream(zeroKey)
    for (const [t, action] of e.actions.entries()) {
      dynamics.step(state, 0, Float64Array.of(action), source, outcome)
      dynamics.observe(state, 0, seen, 0)
      vehiclesClose(state, e.vehicles[t]!, `step ${t}`)
      assert.deepEqual(columnOf(state, "lane", count), e.lanes[t])
      assert.deepEqual(columnOf(state, "targetLane", count), e.target_lanes[t])
      assert.deepEqual(flagged(state, "crashed", count), e.vehicles_crashed[t])
      for (const [i, want] of e.obs[t]!.flat().entries()) close(seen[i], want, FLOAT32, `step ${t}, observation ${i}`)
      close(outcome.reward, e.rewards[t], CLOSE, `step ${t}, reward`)
      assert.equal(outcome.terminated, e.terminated[t])
    }
    assert.deepEqual(source.words, stream(zeroKey).words, "no random draw entered")
  })

  test(`reset() draws highway-env's traffic exactly: ${labelOf(e)}`, () => {
    const dynamics = right(env.make(params))
    const state = new Float64Array(dynamics.stateSize)
    dynamics.reset(state, 0, stream(right(key(e.seed))))
    assert.deepEqual(state, stateOf(e.initial_vehicles))
  })

  test(`replay() gives highway-env's episode from its seed: ${labelOf(e)}`, () => {
    const got = right(replay(env, params, right(key(e.seed)), e.actions.slice(0, e.episode_length)))
    assert.equal(got.steps.length, e.episode_length)
    for (const [i, want] of e.initial_obs.flat().entries()) close(got.obs[i], want, FLOAT32, `observation ${i}`)
    for (const [t, step] of got.steps.entries()) {
      for (const [i, want] of e.obs[t]!.flat().entries()) close(step.obs[i], want, FLOAT32, `step ${t}, ${i}`)
      close(step.reward, e.rewards[t], CLOSE, `step ${t}, reward`)
      assert.deepEqual([step.terminated, step.truncated], [e.terminated[t], e.truncated[t]])
    }
  })
}

for (const record of frameRecords)
  test(`every frame is highway-env's: ${labelOf(record)}`, () => {
    // One frame a step: the agent then acts in the frames in which a step of the record begins, and idles in the others.
    const { simulation_frequency } = record.config_resolved
    const frequency = Number(simulation_frequency)
    const params = { ...paramsOf(record.config_resolved), policy_frequency: frequency, duration: 100 }
    const dynamics = right(environmentOf(record.env_id).make(params))
    const count = record.initial_vehicles.length
    const state = stateOf(record.initial_vehicles)
    const outcome = { reward: 0, terminated: false }
    for (const [f, frame] of record.frames.entries()) {
      const action = f % frequency === 0 ? record.actions[f / frequency]! : 1
      dynamics.step(state, 0, Float64Array.of(action), stream(zeroKey), outcome)
      vehiclesClose(state, frame.state, `frame ${f}`)
      assert.deepEqual(columnOf(state, "lane", count), frame.lane)
      assert.deepEqual(columnOf(state, "targetLane", count), frame.target_lane)
      assert.deepEqual(
        flagged(state, "crashed", count),
        [...frame.crashed].sort((a, b) => a - b)
      )
      for (const [i, timer] of frame.timer.entries())
        if (timer !== null) close(columnOf(state, "timer", count)[i], timer, CLOSE, `frame ${f}, timer ${i}`)
      assert.deepEqual(
        flagged(state, "impacted", count),
        frame.impact.map(([i]) => i)
      )
      for (const [i, [x, y]] of frame.impact) {
        close(columnOf(state, "impactX", count)[i], x, CLOSE, `frame ${f}, impact of ${i}`)
        close(columnOf(state, "impactY", count)[i], y, CLOSE, `frame ${f}, impact of ${i}`)
      }
    }
  })

interface Configured {
  readonly env_id: string
  readonly seed: number
  readonly config_given: Readonly<Record<string, unknown>>
  readonly actions: readonly number[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
  readonly truncated: readonly boolean[]
  readonly last_obs: readonly (readonly number[])[]
  readonly last_vehicles: readonly (readonly number[])[]
}

const configured: readonly Configured[] = JSON.parse(
  gunzipSync(readFileSync(new URL("../../fixtures/highway/configurations.json.gz", import.meta.url))).toString()
).episodes

for (const e of configured)
  test(`other configurations are honoured as highway-env does: ${JSON.stringify(e.config_given)}, seed ${e.seed}`, () => {
    const params = Object.fromEntries(
      Object.entries(e.config_given).map(([name, value]) => {
        if (typeof value === "number") return [name, value]
        if (Array.isArray(value)) return [name, value.join(",")]
        const { target_speeds } = value as { readonly target_speeds: readonly number[] } // the only nested key of the file
        return ["target_speeds", target_speeds.join(",")]
      })
    )
    const env = environmentOf(e.env_id)
    const got = right(replay(env, params, right(key(e.seed)), e.actions))
    assert.equal(got.steps.length, e.actions.length)
    for (const [t, step] of got.steps.entries()) {
      close(step.reward, e.rewards[t], CLOSE, `step ${t}, reward`)
      assert.deepEqual([step.terminated, step.truncated], [e.terminated[t], e.truncated[t]])
    }
    for (const [i, want] of e.last_obs.flat().entries())
      close(got.steps.at(-1)?.obs[i], want, FLOAT32, `observation ${i}`)

    const dynamics = right(env.make(params))
    const source = stream(right(key(e.seed)))
    const state = new Float64Array(dynamics.stateSize)
    const outcome = { reward: 0, terminated: false }
    dynamics.reset(state, 0, source)
    for (const action of e.actions) dynamics.step(state, 0, Float64Array.of(action), source, outcome)
    vehiclesClose(state, e.last_vehicles, "at the end")
  })
