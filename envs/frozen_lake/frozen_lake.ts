import * as Either from "fp-ts/lib/Either.js"
import { random } from "../../core/random/mod.ts"
import { type Dynamics, type Environment, environment, type Variant } from "../env.ts"
import { type EnvError, optionError } from "../error.ts"
import { choiceOf, flag, number, type Params, type Resolved, resolve, text } from "../parameter.ts"
import { sameSpaces } from "../variant.ts"
import { type Ice, maps, type Rows, transitions } from "./lake.ts"
import { renderLake } from "./render.ts"

const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?`

/** What `reward_schedule` may be. */
export const REWARDS = {
  pattern: new RegExp(`${NUMBER}(?:,${NUMBER}){2}`),
  want: 'three numbers with commas between them, e.g. "1,-1,0"',
  meaning: "reward of reaching the goal, a hole, anything else"
}

const parametersOf = (names: readonly [string, ...string[]], example: Rows) => ({
  desc: text(
    "",
    /|[SFHG]+(?:,[SFHG]+)*/,
    'rows of S, F, H and G with commas between them, e.g. "SFFF,FHFH,FFFH,HFFG", or nothing',
    [example.join(",")],
    "the map; nothing: the one of map_name"
  ),
  map_name: choiceOf(names[0], names, "Gymnasium's maps"),
  is_slippery: flag(true, "whether a move may go at right angles to its direction"),
  success_rate: number(1 / 3, "", 0, 1, "probability of the intended direction on slippery ice"),
  reward_schedule: text("1,0,0", REWARDS.pattern, REWARDS.want, ["1,-1,0", "2,0,-0.5"], REWARDS.meaning)
})
type Values = Resolved<ReturnType<typeof parametersOf>>

/**
 * Walk over ice to a goal without falling into a hole: Gymnasium's FrozenLake-v1, draw for draw.
 *
 * Reset and every step, also on ice that is not slippery, take one number of `random()`: the first outcome whose
 * cumulative probability exceeds it happens. An observation is row · columns + column; a map may have any shape that
 * leaves no more cells than the environment has states, and one of more cells is a variant with as many states.
 *
 * - Units: reward by `reward_schedule`.
 * - Errors: `ParameterError` for a map that is no rectangle, has no start or too many cells.
 * - Source: Gymnasium 1.4 `toy_text/frozen_lake`.
 */
const lakeOf = (lake: Lake): Environment => {
  const { id, names, cells, maxEpisodeSteps, example } = lake
  const parameters = parametersOf(names, example)
  const variants = lake.larger.map((l) => largerLake(lake, l))
  const record = environment({
    id,
    version: "1",
    summary: `Cross slippery ice without falling into a hole; maps of at most ${cells} cells`,
    observation: { _tag: "Discrete", n: cells, names: Array.from({ length: cells }, (_, i) => String(i)) },
    action: { _tag: "Discrete", n: 4, names: ["left", "down", "right", "up"] },
    parameters,
    variants,
    maxEpisodeSteps,
    secondsPerStep: 1,
    dynamics: (p) => dynamics(rowsOf(p), iceOf(p))
  })
  const checked = (p: Values): Either.Either<EnvError, Dynamics> => {
    const rows = rowsOf(p)
    const refuse = (want: string) => Either.left(optionError(id, "desc", p.desc, want))
    if (rows.some((row) => row.length !== rows[0]!.length)) return refuse("rows of one length")
    if (!rows.some((row) => row.includes("S"))) return refuse("a map with a start S")
    return Either.right(dynamics(rows, iceOf(p)))
  }
  const resolved = (params: Params) => resolve(id, "parameter", parameters, params)
  return {
    ...record,
    make: (params) => Either.chain(checked)(Either.chain(resolved)(sameSpaces({ id, variants }, params)))
  }
}

/** An environment of lakes, before it is one. */
interface Lake {
  readonly id: string
  readonly names: readonly [string, ...string[]]
  /** States: the cells of its largest map. */
  readonly cells: number
  readonly maxEpisodeSteps: number
  /** A map that it takes. */
  readonly example: Rows
  readonly larger: readonly Larger[]
}

/** Maps of more cells, at most `cells`, by one of the parameters; `id` has as many states, if any environment. */
interface Larger extends Omit<Variant, "of"> {
  readonly cells: number
}

const largerLake = (lake: Lake, { cells: most, ...variant }: Larger): Variant => ({
  ...variant,
  of: ({ desc = "", map_name = lake.names[0] }) => {
    const known = Object.hasOwn(maps, String(map_name)) ? maps[String(map_name)] : undefined
    const rows = desc === "" ? known : String(desc).split(",")
    const cells = rows === undefined ? 0 : rows.length * rows[0]!.length
    const named = desc === "" ? "map_name" : "desc"
    return named === variant.parameter && cells > lake.cells && cells <= most ? lakeOf({ ...lake, cells }) : undefined
  }
})

const rowsOf = ({ desc, map_name }: Values): Rows => (desc === "" ? maps[map_name]! : desc.split(","))

const iceOf = ({ is_slippery, success_rate, reward_schedule }: Values): Ice => {
  const [goal = 0, hole = 0, frozen = 0] = reward_schedule.split(",").map(Number)
  return { slippery: is_slippery, successRate: success_rate, rewards: [goal, hole, frozen] }
}

const dynamics = (rows: Rows, ice: Ice): Dynamics => {
  const table = transitions(rows, ice)
  const letters = rows.join("")
  const starts = [...letters].flatMap((letter, s) => (letter === "S" ? [s] : []))
  return {
    stateSize: 1,
    observationSize: 1,
    actionSize: 1,
    reset: (state, at, stream) => {
      const u = random(stream)
      let sum = 0
      // Where rounding leaves the sum below u, Gymnasium takes state 0, the first of all.
      state[at] = starts.find((_, i) => u < (sum = i === 0 ? 1 / starts.length : sum + 1 / starts.length)) ?? 0
    },
    step: (state, at, action, stream, outcome) => {
      const possible = table[state[at]!]![action[0]!]!
      const u = random(stream)
      let [i, sum] = [0, possible[0]!.probability]
      while (sum <= u && ++i < possible.length) sum += possible[i]!.probability
      // Likewise the first outcome.
      const { next, reward, terminated } = possible[i] ?? possible[0]!
      state[at] = next
      outcome.reward = reward
      outcome.terminated = terminated
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]!
    },
    succeeded: (state, at) => letters[state[at]!] === "G",
    render: (state, at) => renderLake(rows, state[at]!)
  }
}

const FREE = "SFFFFFFF"
const huge: Larger = {
  parameter: "desc",
  values: "a map of more than 64 cells",
  example: { desc: `${`${FREE},`.repeat(8)}FFFFFFFG` },
  cells: Number.POSITIVE_INFINITY
}
const large = { id: "FrozenLake8x8-v1", cells: 64 }

/** Maps of up to 16 cells; larger ones with the same time limit are variants. */
export const frozenLake: Environment = lakeOf({
  id: "FrozenLake-v1",
  names: ["4x4", "8x8"],
  cells: 16,
  maxEpisodeSteps: 100,
  example: ["SFFF", "FFFF", "HFFF", "FFHG"],
  larger: [
    { ...large, parameter: "map_name", values: '"8x8"', example: { map_name: "8x8" } },
    { ...large, parameter: "desc", values: "a map of 17 to 64 cells", example: { desc: `${FREE},FFFFFFFF,FFFFFFFG` } },
    huge
  ]
})

/** Maps of up to 64 cells, and more time. */
export const frozenLake8x8: Environment = lakeOf({
  id: "FrozenLake8x8-v1",
  names: ["8x8", "4x4"],
  cells: 64,
  maxEpisodeSteps: 200,
  example: ["SFF", "HFG"],
  larger: [huge]
})
