import * as Either from "fp-ts/lib/Either.js"
import { key, type Stream, stream } from "../../../core/random/mod.ts"
import { gzipJson } from "../../support/gzip_json.ts"

/** Gymnasium's make arguments, as they stand in the records. */
export interface Made {
  readonly gravity: number
  readonly enable_wind: boolean
  readonly wind_power: number
  readonly turbulence_power: number
}

export interface Episode extends Made {
  readonly seed: number
  readonly policy: string
  readonly reset_draws: {
    readonly heights_with_helipad: readonly number[]
    readonly smooth_y: readonly number[]
    readonly initial_force: readonly number[]
    readonly wind_idx: number | null
    readonly torque_idx: number | null
  }
  readonly initial_obs: readonly number[]
  readonly initial_bodies: readonly (readonly number[])[]
  readonly actions: readonly number[]
  readonly obs: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
}

export interface Statistics extends Made {
  readonly policy: "random" | "heuristic"
  readonly reset_seeds: readonly [number, number]
  readonly returns: readonly number[]
  readonly lengths: readonly number[]
}

export const { episodes } = gzipJson<{ readonly episodes: readonly Episode[] }>("lunarlander/episodes.json.gz")
export const { stats } = gzipJson<{ readonly stats: readonly Statistics[] }>("lunarlander/return_statistics.json.gz")

export const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}

export const paramsOf = ({ gravity, enable_wind, wind_power, turbulence_power }: Made) => ({
  gravity,
  enable_wind,
  wind_power,
  turbulence_power
})

export const seeded = (seed: number): Stream => stream(right(key(seed)))

/** What the pilot that comes with Gymnasium's lander wants of its engines. Source: its `heuristic`. */
export const pilotsAims = (seen: ArrayLike<number>): { readonly lift: number; readonly turn: number } => {
  const [x, y, vx, vy, angle, spin] = Array.from(seen)
  const grounded = seen[6] !== 0 || seen[7] !== 0
  const wanted = Math.min(Math.max(x! * 0.5 + vx!, -0.4), 0.4)
  const turn = grounded ? 0 : (wanted - angle!) * 0.5 - spin!
  const lift = grounded ? -vy! * 0.5 : (0.55 * Math.abs(x!) - y!) * 0.5 - vy! * 0.5
  return { lift, turn }
}

/** The pilot for engines that are on or off. */
export const pilot = (seen: ArrayLike<number>): number => {
  const { lift, turn } = pilotsAims(seen)
  if (lift > Math.abs(turn) && lift > 0.05) return 2
  if (turn < -0.05) return 3
  return turn > 0.05 ? 1 : 0
}
