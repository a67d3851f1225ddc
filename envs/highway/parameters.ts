import * as Either from "fp-ts/lib/Either.js"
import { type EnvError, optionError } from "../error.ts"
import { flag, integer, number, type Resolved, text } from "../parameter.ts"

/** What tells the two environments apart. */
export interface Variant {
  readonly id: string
  readonly lanes: number
  readonly vehicles: number
  readonly duration: number
  readonly frequency: number
  readonly spacing: number
  /** Whether the others may collide with each other too. */
  readonly allCollide: boolean
}

const NUMBER = /-?\d+(?:\.\d+)?/.source

/** highway-env's configuration keys; lists are texts. */
export const parametersOf = (v: Variant) => ({
  lanes_count: integer(v.lanes, "lanes", 1, 16, "number of lanes"),
  vehicles_count: integer(v.vehicles, "vehicles", 0, 200, "number of other vehicles"),
  vehicles_density: number(1, "", 0.05, 20, "how close the others follow each other at first: gaps are divided by it"),
  initial_lane_id: integer(-1, "", -1, 15, "lane the agent starts in, from the left; −1 draws it"),
  ego_spacing: number(v.spacing, "", 0, 50, "place of the agent at first, in multiples of the ordinary gap"),
  duration: number(v.duration, "s", 1, 100_000, "time after which the episode is truncated"),
  simulation_frequency: integer(v.frequency, "Hz", 1, 240, "frames a second"),
  policy_frequency: integer(1, "Hz", 1, 240, "actions a second"),
  target_speeds: text(
    "20,25,30",
    new RegExp(`${NUMBER}(?:,${NUMBER})+`),
    "two or more speeds with commas between them, such as 20,25,30",
    ["15,20,25", "20,30"],
    "speeds in m/s that the agent's actions choose among, evenly spaced"
  ),
  collision_reward: number(-1, "", -1e6, 1e6, "reward of a step at whose end the agent has crashed"),
  right_lane_reward: number(0.1, "", -1e6, 1e6, "reward in the rightmost lane, falling evenly to 0 in the leftmost"),
  high_speed_reward: number(0.4, "", -1e6, 1e6, "reward at the upper end of reward_speed_range, 0 at the lower"),
  reward_speed_range: text(
    "20,30",
    new RegExp(`${NUMBER},${NUMBER}`),
    "two speeds with a comma between them, such as 20,30",
    ["10,30", "20,25"],
    "speeds in m/s between which the reward of speed rises"
  ),
  normalize_reward: flag(true, "whether rewards are mapped so that a crash gives 0 and the best step 1"),
  offroad_terminal: flag(false, "whether leaving the road ends the episode, as a crash does")
})

const picture = "it changes pictures only, which are drawn another way here"
const bridge = (what: string) => `${what}; gymnasium:highway-v0 takes it by Python`

/** highway-env's other configuration keys. */
export const absent: Readonly<Record<string, string>> = {
  lane_change_reward: "highway-env has it in its configuration and reads it nowhere",
  neighbour_vehicles_connected_lanes: "it changes nothing on a straight road, whose lanes lead to no others",
  observation: bridge("the observation is that of 5 vehicles, 5 numbers each"),
  action: bridge("the actions are the 5 meta-actions; target_speeds is a parameter"),
  controlled_vehicles: bridge("one vehicle is the agent's"),
  other_vehicles_type: bridge("the others drive by IDM and MOBIL"),
  manual_control: "no keyboard drives here",
  screen_width: picture,
  screen_height: picture,
  centering_position: picture,
  scaling: picture,
  show_trajectories: picture,
  render_agent: picture,
  offscreen_rendering: picture,
  real_time_rendering: picture
}

export type HighwayParameters = Resolved<ReturnType<typeof parametersOf>>

/** The numbers of a list. */
export const numbersOf = (list: string): readonly number[] => list.split(",").map(Number)

/** Refuses values that fit their own ranges but not each other. */
export const checkParameters = (id: string, p: HighwayParameters): Either.Either<EnvError, HighwayParameters> => {
  const refuse = (name: keyof HighwayParameters, want: string) => Either.left(optionError(id, name, p[name], want))
  if (p.initial_lane_id >= p.lanes_count)
    return refuse("initial_lane_id", `a lane below lanes_count = ${p.lanes_count}, or −1`)
  const speeds = numbersOf(p.target_speeds)
  if (!(speeds[0]! < speeds[speeds.length - 1]!)) return refuse("target_speeds", "speeds that rise")
  const [low, high] = numbersOf(p.reward_speed_range)
  if (!(low! < high!)) return refuse("reward_speed_range", "a first speed below the second")
  if (p.normalize_reward && p.collision_reward === p.high_speed_reward + p.right_lane_reward)
    return refuse("normalize_reward", "false where a crash is worth as much as the best step")
  return Either.right(p)
}
