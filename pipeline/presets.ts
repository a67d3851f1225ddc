/** The shipped configurations, as data. */
import type { RunConfig } from "./config.ts"
import {
  cartpoleLength,
  frozenlake,
  highwayDensity,
  lunarlanderGravity,
  navigation,
  paper,
  pendulum,
  quick
} from "./presets/group.ts"
import {
  paperSelectCartpole,
  paperSelectHighway,
  paperSelectLunarlander,
  selectCartpole,
  selectHighway,
  selectLunarlander
} from "./presets/select.ts"

const shipped = {
  quick,
  "cartpole-length": cartpoleLength,
  paper,
  navigation,
  frozenlake,
  "highway-density": highwayDensity,
  "lunarlander-gravity": lunarlanderGravity,
  pendulum,
  "select-cartpole": selectCartpole,
  "select-highway": selectHighway,
  "select-lunarlander": selectLunarlander,
  "paper-select-cartpole": paperSelectCartpole,
  "paper-select-highway": paperSelectHighway,
  "paper-select-lunarlander": paperSelectLunarlander
} satisfies Readonly<Record<string, RunConfig>>

export type PresetName = keyof typeof shipped

/** By name; `pgex run NAME`. */
export const presets: Readonly<Record<string, RunConfig>> = shipped
