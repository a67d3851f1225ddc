import * as Either from "fp-ts/lib/Either.js"
import { child, integers, stream, uniform } from "../../core/random/mod.ts"
import type { Environment } from "../env.ts"
import { type EnvError, optionError } from "../error.ts"
import { distinctDraws, type Family, type Task } from "../family.ts"
import { integer, number, type Params, type Resolved, resolve } from "../parameter.ts"
import { ordered, spread, valueAt } from "../spread.ts"
import { highway, highwayFast } from "./highway.ts"

const common = {
  n: integer(10, "tasks", 1, 1000, "number of tasks"),
  low: number(0.5, "", 0.05, 20, "lowest vehicles_density"),
  high: number(2, "", 0.05, 20, "highest vehicles_density")
}

const densityFamily = (
  id: string,
  environment: Environment,
  lanes: number,
  vehicles: number,
  summary: string
): Family => {
  const options = {
    ...common,
    lanes_count: integer(lanes, "lanes", 1, 16, "number of lanes, of all tasks"),
    vehicles_count: integer(vehicles, "vehicles", 0, 200, "number of other vehicles, of all tasks")
  }
  return {
    id,
    summary,
    environment,
    options,
    ...spread({
      id,
      steps: "ratios",
      read: (given) => resolve(id, "option", options, given),
      taskOf: ({ lanes_count, vehicles_count }, density) => ({
        id: `density=${density}`,
        environment: environment.id,
        params: { vehicles_density: density, lanes_count, vehicles_count }
      })
    })
  }
}

/**
 * Highways that differ in how dense the traffic is: n values of `vehicles_density` from `low` to `high` in equal ratios.
 *
 * Source: Zhang et al., section 4.1, vary the density of 10 tasks; they do not give its values, so that the range is ours.
 */
export const highwayDensity: Family = densityFamily(
  "highway-density",
  highwayFast,
  3,
  20,
  "Highways with sparse to dense traffic, on highway-fast-v0"
)

/** The same of the full environment. */
export const highwayFullDensity: Family = densityFamily(
  "highway-v0-density",
  highway,
  4,
  50,
  "Highways with sparse to dense traffic, on highway-v0"
)

const LANES = "highway-lanes"
const laneOptions = {
  ...common,
  low: number(0.7, "", 0.05, 20, "lowest vehicles_density"),
  high: number(1.4, "", 0.05, 20, "highest vehicles_density"),
  fewest: integer(2, "lanes", 1, 16, "fewest lanes"),
  most: integer(6, "lanes", 1, 16, "most lanes")
}
type LaneOptions = Resolved<typeof laneOptions>

/** Highways that differ in their number of lanes, from `fewest` to `most` in turn, and in the density of the traffic. */
export const highwayLanes: Family = {
  id: LANES,
  summary: "Highways with few or many lanes and different traffic, on highway-fast-v0",
  environment: highwayFast,
  options: laneOptions,
  tasks: (given) =>
    Either.map((o: LaneOptions) => {
      const kinds = o.most - o.fewest + 1
      const rounds = Math.ceil(o.n / kinds)
      const tasks = Array.from({ length: o.n }, (_, i) =>
        laneTask(o.fewest + (i % kinds), valueAt("ratios", o, rounds === 1 ? 0 : Math.floor(i / kinds) / (rounds - 1)))
      )
      return { tasks, planted: undefined }
    })(checkedLanes(given)),
  draw: (given, key, count) =>
    Either.chain((o: LaneOptions) => {
      const source = stream(child(key, LANES))
      const draw = () => laneTask(integers(source, o.fewest, o.most + 1), valueAt("ratios", o, uniform(source, 0, 1)))
      return distinctDraws(LANES, count, draw)
    })(checkedLanes(given))
}

const checkedLanes = (given: Params): Either.Either<EnvError, LaneOptions> =>
  Either.chain((o: LaneOptions) =>
    o.fewest <= o.most
      ? ordered(LANES, o)
      : Either.left(optionError(LANES, "most", o.most, `a number from fewest = ${o.fewest}`))
  )(resolve(LANES, "option", laneOptions, given))

const laneTask = (lanes: number, density: number): Task => ({
  id: `lanes=${lanes},density=${density}`,
  environment: highwayFast.id,
  params: { lanes_count: lanes, vehicles_density: density }
})
