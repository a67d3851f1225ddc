/** Reading highway-env's records, and putting its vehicles into our state. */
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import * as Either from "fp-ts/lib/Either.js"
import type { Environment } from "../../../envs/env.ts"
import { highway, highwayFast } from "../../../envs/highway/highway.ts"
import { COLUMNS, type Column, columnAt } from "../../../envs/highway/traffic.ts"
import type { Params } from "../../../envs/parameter.ts"

export interface Vehicle {
  readonly x: number
  readonly y: number
  readonly heading: number
  readonly speed: number
  readonly lane_index: readonly [string, string, number]
  readonly target_lane_index: readonly [string, string, number]
  readonly target_speed: number
  readonly DELTA?: number
  readonly timer?: number
}

export type Config = Readonly<Record<string, number | boolean | null>>

export interface Episode {
  readonly env_id: string
  readonly seed: number
  readonly config_given: Config
  readonly action_rule: string
  readonly initial_vehicles: readonly Vehicle[]
  readonly initial_obs: readonly (readonly number[])[]
  readonly actions: readonly number[]
  readonly obs: readonly (readonly (readonly number[])[])[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
  readonly truncated: readonly boolean[]
  readonly crashed: readonly boolean[]
  readonly vehicles: readonly (readonly (readonly number[])[])[]
  readonly vehicles_crashed: readonly (readonly number[])[]
  readonly lanes: readonly (readonly number[])[]
  readonly target_lanes: readonly (readonly number[])[]
  readonly episode_length: number
}

interface Frame {
  readonly state: readonly (readonly number[])[]
  readonly lane: readonly number[]
  readonly target_lane: readonly number[]
  readonly timer: readonly (number | null)[]
  readonly crashed: readonly number[]
  readonly impact: readonly (readonly [number, readonly [number, number]])[]
}

export interface FrameRecord {
  readonly env_id: string
  readonly seed: number
  readonly config_resolved: Config
  readonly initial_vehicles: readonly Vehicle[]
  readonly actions: readonly number[]
  readonly frames: readonly Frame[]
}

export interface Statistic {
  readonly env_id: string
  readonly config_given: Config
  readonly policy: "random" | "idle"
  readonly reset_seeds: readonly [number, number]
  readonly returns: readonly number[]
  readonly lengths: readonly number[]
  readonly crashed: readonly boolean[]
}

const read = (name: string) =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../../fixtures/highway/${name}.json.gz`, import.meta.url))).toString())

export const episodes: readonly Episode[] = read("episodes").episodes
export const frameRecords: readonly FrameRecord[] = read("frames").records
export const statistics: readonly Statistic[] = read("statistics").stats

export const environmentOf = (id: string): Environment => (id === highway.id ? highway : highwayFast)

/** highway-env's configuration as parameters; what is no parameter is left out. */
export const paramsOf = (config: Config): Params => {
  const { parameters } = highway
  const params: Record<string, number | boolean> = {}
  for (const [name, value] of Object.entries(config))
    if (Object.hasOwn(parameters, name) && value !== null && !Array.isArray(value)) params[name] = value
  return params
}

export const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}

/** The state with these vehicles. */
export const stateOf = (vehicles: readonly Vehicle[]): Float64Array => {
  const state = new Float64Array(COLUMNS.length * vehicles.length)
  for (const [i, v] of vehicles.entries()) {
    const put = (column: Column, value: number) => {
      state[columnAt(column, vehicles.length) + i] = value
    }
    put("x", v.x)
    put("y", v.y)
    put("heading", v.heading)
    put("speed", v.speed)
    put("lane", v.lane_index[2])
    put("targetLane", v.target_lane_index[2])
    put("targetSpeed", v.target_speed)
    put("exponent", v.DELTA ?? 0)
    put("timer", v.timer ?? 0)
  }
  return state
}

/** One column of a state of `count` vehicles. */
export const columnOf = (state: Float64Array, column: Column, count: number): number[] => [
  ...state.subarray(columnAt(column, count), columnAt(column, count) + count)
]
