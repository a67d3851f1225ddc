import { random } from "../../core/random/mod.ts"
import type { Family } from "../family.ts"
import { integer, resolve } from "../parameter.ts"
import { planted } from "../planted.ts"
import { gridWorld } from "./grid_world.ts"

const ID = "grid-world-corners"

const options = {
  n: integer(8, "tasks", 1, 1000, "number of tasks; task i has its goal near corner i mod 4"),
  size: integer(7, "cells", 2, 50, "cells along a side, of all tasks"),
  seed: integer(0, "", 0, Number.MAX_SAFE_INTEGER, "decides how far from its corner a goal lies")
}

/** Grids with goals near one of the four corners: four planted groups. */
export const gridWorldCorners: Family = {
  id: ID,
  summary: "Grids with goals near one of the four corners",
  environment: gridWorld,
  options,
  ...planted({
    id: ID,
    read: (given) => resolve(ID, "option", options, given),
    groups: () => 4,
    taskOf: ({ size }, corner, name, s) => {
      const near = (far: boolean): number => (far ? 1 - 0.2 * random(s) : 0.2 * random(s))
      const params = { size, goal_x: near(corner % 2 === 1), goal_y: near(corner >= 2) }
      return { id: `${name},corner=${corner}`, environment: gridWorld.id, params }
    }
  })
}
