import * as Either from "fp-ts/lib/Either.js"
import { child, type Key, random, stream, zeroKey } from "../../core/random/mod.ts"
import type { Family, TaskSet } from "../family.ts"
import { integer, type Params, type Resolved, resolve } from "../parameter.ts"
import { gridWorld } from "./grid_world.ts"

const ID = "grid-world-corners"

const options = {
  n: integer(8, "tasks", 1, 1000, "number of tasks; task i has its goal near corner i mod 4"),
  size: integer(7, "cells", 2, 50, "cells along a side, of all tasks"),
  seed: integer(0, "", 0, Number.MAX_SAFE_INTEGER, "decides how far from its corner a goal lies")
}
type Options = Resolved<typeof options>

/** Grids with goals near one of the four corners: four planted groups. */
export const gridWorldCorners: Family = {
  id: ID,
  summary: "Grids with goals near one of the four corners",
  environment: gridWorld,
  options,
  tasks: (given) => Either.map((o: Options) => taskSet(o, child(zeroKey, ID, o.seed), o.n, "task"))(checked(given)),
  draw: (given, key, count) => Either.map((o: Options) => taskSet(o, child(key, ID), count, "test"))(checked(given))
}

const checked = (given: Params) => resolve(ID, "option", options, given)

const taskSet = ({ size }: Options, key: Key, count: number, label: string): TaskSet => {
  const planted = Array.from({ length: count }, (_, i) => i % 4)
  const tasks = planted.map((corner, i) => {
    const source = stream(child(key, i))
    const near = (far: boolean): number => (far ? 1 - 0.2 * random(source) : 0.2 * random(source))
    const params = { size, goal_x: near(corner % 2 === 1), goal_y: near(corner >= 2) }
    return { id: `${label}=${i},corner=${corner}`, environment: gridWorld.id, params }
  })
  return { tasks, planted }
}
