import * as Either from "fp-ts/lib/Either.js"
import type { Dynamics, Environment } from "../env.ts"
import { resolve } from "../parameter.ts"
import { ACTIONS, choose, control, onRoad, rewardOf } from "./agent.ts"
import { collide } from "./collision.ts"
import { drive } from "./driver.ts"
import { move } from "./motion.ts"
import { FEATURES, observer, ROWS } from "./observe.ts"
import { absent, checkParameters, type HighwayParameters, numbersOf, parametersOf, type Variant } from "./parameters.ts"
import { renderHighway } from "./render.ts"
import { spawn } from "./spawn.ts"
import { COLUMNS, columnAt, loadTraffic, makeTraffic, onLane, saveTraffic, sortTraffic } from "./traffic.ts"

const highwayOf = (v: Variant, summary: string): Environment => {
  const parameters = parametersOf(v)
  const cells = Array.from({ length: ROWS }, (_, row) =>
    FEATURES.map((feature) => `${row === 0 ? "agent" : `other${row}`}_${feature}`)
  ).flat()
  return {
    id: v.id,
    version: "1",
    summary,
    observation: {
      _tag: "Box",
      low: cells.map(() => -1),
      high: cells.map(() => 1),
      names: cells,
      units: cells.map(() => ""),
      dtype: "float32"
    },
    action: { _tag: "Discrete", n: ACTIONS.length, names: ACTIONS },
    parameters,
    absent,
    maxEpisodeSteps: v.duration,
    secondsPerStep: 1,
    make: (params) =>
      Either.map((p: HighwayParameters) => dynamics(p, v.allCollide))(
        Either.chain((p: HighwayParameters) => checkParameters(v.id, p))(
          resolve(v.id, "parameter", parameters, params, absent)
        )
      )
  }
}

/**
 * Driving in dense traffic on a straight highway: highway-env's `highway-v0`.
 *
 * Each frame all vehicles decide in turn (the agent first, drivers knowing what those before them decided), then all
 * move, then collisions are found. Only `reset` draws random numbers.
 *
 * Differs: of highway-env's keys those that change spaces, the kind of the other drivers, or nothing but pictures are no
 * parameters, nor is `lane_change_reward`, which nothing there reads. The observation's bounds are −1 and 1, not
 * infinite.
 *
 * - Units: a step is 1/policy_frequency s; reward in [0, 1] when normalised.
 * - Source: Leurent, "An environment for autonomous driving decision-making", 2018; highway-env 1.12.
 */
export const highway: Environment = highwayOf(
  { id: "highway-v0", lanes: 4, vehicles: 50, duration: 40, frequency: 15, spacing: 2, allCollide: true },
  "Drive fast and far right on a crowded highway without a crash"
)

/** highway-env's `highway-fast-v0`: fewer vehicles and frames, and the others pass through each other. */
export const highwayFast: Environment = highwayOf(
  { id: "highway-fast-v0", lanes: 3, vehicles: 20, duration: 30, frequency: 5, spacing: 1.5, allCollide: false },
  "A smaller and coarser highway that steps faster"
)

const dynamics = (p: HighwayParameters, allCollide: boolean): Dynamics => {
  const count = p.vehicles_count + 1
  const t = makeTraffic(count, p.lanes_count)
  const speeds = numbersOf(p.target_speeds)
  const reward = rewardOf(p)
  const frames = Math.floor(p.simulation_frequency / p.policy_frequency)
  const dt = 1 / p.simulation_frequency
  return {
    stateSize: COLUMNS.length * count,
    observationSize: ROWS * FEATURES.length,
    actionSize: 1,
    maxEpisodeSteps: stepsOf(p.duration, 1 / p.policy_frequency),
    reset: (state, at, stream) => spawn(p, state, at, stream),
    step: (state, at, action, _stream, outcome) => {
      loadTraffic(t, state, at)
      for (let frame = 0; frame < frames; frame++) {
        if (frame === 0) choose(t, action[0]!, speeds)
        control(t)
        for (let i = 1; i < count; i++) drive(t, i)
        for (let i = 0; i < count; i++) move(t, i, dt)
        for (let i = 1; i < count; i++) t.timer[i]! += dt
        sortTraffic(t)
        collide(t, dt, allCollide)
      }
      saveTraffic(t, state, at)
      outcome.reward = reward(t)
      outcome.terminated = t.crashed[0] !== 0 || (p.offroad_terminal && !onRoad(t))
    },
    observe: observer(count, p.lanes_count),
    succeeded: (state, at) => stillDriving(state, at, count),
    render: (state, at) => renderHighway(state, at, count, p.lanes_count)
  }
}

/** The steps until their summed seconds reach the duration; they are summed one by one, as highway-env's clock is. */
const stepsOf = (duration: number, seconds: number): number => {
  let steps = 0
  for (let time = 0; time < duration; time += seconds) steps++
  return steps
}

/** Whether the agent is on the road and has not crashed. */
const stillDriving = (state: Float64Array, at: number, count: number): boolean => {
  const [x, y, lane, crashed] = (["x", "y", "lane", "crashed"] as const).map((c) => state[at + columnAt(c, count)]!)
  return crashed === 0 && onLane(x!, y!, lane!, 0)
}
