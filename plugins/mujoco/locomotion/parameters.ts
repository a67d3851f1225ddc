/** What the robots' environments have in common: parameters, ranges, spaces. */
import type { Floats } from "../../../core/random/mod.ts"
import { flag, integer, number, type Space, text } from "../../../envs/mod.ts"
import { engineParameter } from "../physical.ts"

const ANY = 1e6

/** Parameters that all four have, by Gymnasium's names; `keep_velocity` and `target_velocity` are MAML's tasks. */
export const common = (ctrlCost: number, noise: number, frames: number) => ({
  forward_reward_weight: number(
    1,
    "",
    -ANY,
    ANY,
    "weight of the speed along x; a negative one rewards running backwards"
  ),
  ctrl_cost_weight: number(ctrlCost, "", 0, ANY, "weight of the actions' sum of squares, a cost"),
  reset_noise_scale: number(noise, "", 0, 10, "size of the noise on the first positions and velocities"),
  frame_skip: integer(frames, "", 1, 100, "steps of the physics under one action"),
  keep_velocity: flag(false, "whether −|v − target_velocity| is rewarded in the place of the speed"),
  target_velocity: number(1, "m/s", -100, 100, "with keep_velocity: the speed to keep"),
  mujoco: engineParameter("3.14.0")
})

/** Parameters of robots that can fall. */
export const falling = (reward: number, z: string) => ({
  healthy_reward: number(reward, "", -ANY, ANY, "reward of a step at whose end it has not fallen"),
  terminate_when_unhealthy: flag(true, "whether falling ends the episode"),
  healthy_z_range: range(z, "heights of the torso, in m, between which it has not fallen")
})

const NUMBER = "-?(?:inf|\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)"

/** Two numbers with a comma between them. */
export const range = (value: string, meaning: string) =>
  text(
    value,
    new RegExp(`${NUMBER},${NUMBER}`),
    `two numbers with a comma between them, such as ${value}`,
    // Nothing lies within the latter: it is heeded even where an episode ends early for another reason.
    ["-inf,inf", "0,0"],
    meaning
  )

/** The ends of a range. */
export const endsOf = (value: string): readonly [low: number, high: number] => {
  const [low = 0, high = 0] = value.split(",").map((x) => Number(x.replace("inf", "Infinity")))
  return [low, high]
}

const bridge = (id: string, what: string): string => `${what}; gymnasium:${id} takes it by Python`

/** Arguments of Gymnasium's constructors that are not here. */
export const absentOf = (id: string): Readonly<Record<string, string>> => ({
  xml_file: bridge(id, "the robot is that of the asset pack"),
  exclude_current_positions_from_observation: bridge(id, "it changes the observation's size"),
  include_cfrc_ext_in_observation: bridge(id, "it changes the observation's size"),
  main_body: bridge(id, "the speed is the torso's"),
  default_camera_config: "it changes pictures only"
})

/** A space of real numbers without bounds, by names with their units. */
export const observed = (parts: readonly (readonly [name: string, unit: string])[]): Space => ({
  _tag: "Box",
  low: parts.map(() => Number.NEGATIVE_INFINITY),
  high: parts.map(() => Number.POSITIVE_INFINITY),
  names: parts.map(([name]) => name),
  units: parts.map(([, unit]) => unit),
  dtype: "float64"
})

/** Torques of motors, as fractions of the strongest. */
export const motors = (names: readonly string[]): Space => ({
  _tag: "Box",
  low: names.map(() => -1),
  high: names.map(() => 1),
  names,
  units: names.map(() => ""),
  dtype: "float32"
})

/** What a speed along x is worth: w·v, or −|v − v*| where a speed is to be kept. */
export const worthOf = (
  p: { readonly forward_reward_weight: number; readonly keep_velocity: boolean; readonly target_velocity: number },
  velocity: number
): number => (p.keep_velocity ? -Math.abs(velocity - p.target_velocity) : p.forward_reward_weight * velocity)

/** Σᵢ aᵢ² of the action. */
export const effort = (action: Floats, size: number): number => {
  let sum = 0
  for (let i = 0; i < size; i++) sum += action[i]! * action[i]!
  return sum
}
