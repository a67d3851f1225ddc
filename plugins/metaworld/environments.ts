/** Meta-World's tasks as environments. */
import * as Either from "fp-ts/lib/Either.js"
import { type Failure, failureOf, partsOf } from "../../core/failure/mod.ts"
import { choices } from "../../core/text/choices.ts"
import { shown } from "../../core/text/shown.ts"
import {
  choiceOf,
  type EnvError,
  type Environment,
  integer,
  meant,
  type Params,
  parameterError,
  type Resolved,
  type Space,
  text
} from "../../envs/mod.ts"
import { physical } from "../mujoco/mod.ts"
import { dynamicsOf } from "./dynamics.ts"
import { HAND_HIGH, HAND_LOW } from "./eye.ts"
import { mt10 } from "./mt10.ts"
import type { MetaworldTask, Triple } from "./task.ts"
import { benchmarkVectors, GOALS } from "./vectors.ts"

const NUMBER = "\\s*-?\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?\\s*"

const WHAT =
  "the random vector: thing and goal, as Meta-World draws them; without one each reset draws one of the benchmark's"

/** The parameters of a task, with the middle of its box as an example of a vector. */
const parametersOf = ({ low, high }: MetaworldTask) => {
  const middle = low.map((x, i) => (x + high[i]!) / 2).join(",")
  const want = `numbers with commas between them, such as "${middle}"`
  return {
    rand_vec: text("", new RegExp(`(?:${NUMBER}(?:,${NUMBER})*)?`), want, [middle], `${WHAT} ${GOALS}`),
    seed: integer(0, "", 0, 2 ** 32 - 1, "the benchmark's seed, which decides these vectors")
  }
}

const TURN = ["turn_1", "turn_2", "turn_3", "turn_4"]
const NAMES = ["hand_x", "hand_y", "hand_z", "open", "thing_x", "thing_y", "thing_z", ...TURN]
const UNUSED = 7
const frame = (prefix: string): readonly string[] => [
  ...NAMES.map((name) => prefix + name),
  ...Array.from({ length: UNUSED }, (_, i) => `${prefix}unused_${i + 1}`)
]
const UNITS = ["m", "m", "m", "", "m", "m", "m", ...TURN.map(() => ""), ...new Array<string>(UNUSED).fill("")]

/** Two frames, of now and before, and the goal: the space of a task that shows its goal. */
const observation = (low: Triple, high: Triple): Space => {
  const rest = (bound: number): readonly number[] => new Array<number>(NAMES.length + UNUSED - 4).fill(bound)
  const lowest = [...HAND_LOW, -1, ...rest(-Infinity)]
  const highest = [...HAND_HIGH, 1, ...rest(Infinity)]
  return {
    _tag: "Box",
    low: [...lowest, ...lowest, ...low],
    high: [...highest, ...highest, ...high],
    names: [...frame(""), ...frame("before_"), "goal_x", "goal_y", "goal_z"],
    units: [...UNITS, ...UNITS, "m", "m", "m"],
    dtype: "float64"
  }
}

const shared = {
  version: "1, of metaworld 3.1.1, in MuJoCo 3.3.8",
  action: {
    _tag: "Box",
    low: [-1, -1, -1, -1],
    high: [1, 1, 1, 1],
    names: ["x", "y", "z", "close"],
    units: ["cm", "cm", "cm", ""],
    dtype: "float32"
  },
  clipsActions: true,
  maxEpisodeSteps: 500,
  secondsPerStep: 0.0125
} as const

type Values = Resolved<ReturnType<typeof parametersOf>>

/** The engine's and the assets' refusals as an environment's. */
const ofEnvironment = (failure: Failure): EnvError => failureOf("EnvironmentError")(partsOf(failure))

/** The vectors that resets draw from: the one that was given, or the benchmark's. */
const vectorsOf = (
  owner: string,
  task: MetaworldTask,
  { rand_vec, seed }: Values,
  benchmark: readonly MetaworldTask[]
): Either.Either<EnvError, readonly Float64Array[]> => {
  if (rand_vec === "")
    return Either.map((drawn: readonly (readonly Float64Array[])[]) => drawn[benchmark.indexOf(task)] ?? [])(
      benchmarkVectors(benchmark, seed)
    )
  const vector = Float64Array.from(rand_vec.split(","), Number)
  const refuse = (want: string, got: string) =>
    Either.left(parameterError({ doing: `set parameter "rand_vec" of ${owner}`, want, got, parameter: "rand_vec" }))
  const { low, high } = task
  if (vector.length !== low.length)
    return refuse(`${low.length} numbers, as ${task.id} draws them`, `${vector.length}: ${shown(rand_vec)}`)
  const odd = vector.findIndex((x, i) => !(x >= low[i]! && x <= high[i]!))
  if (odd >= 0) return refuse(`a number from ${low[odd]} to ${high[odd]} as number ${odd + 1}`, String(vector[odd]))
  return Either.right([vector])
}

/** The dynamics of one task under parameters, among the tasks over which its benchmark draws. */
const made = (owner: string, task: MetaworldTask, values: Values, benchmark: readonly MetaworldTask[]) =>
  Either.chain((vectors: readonly Float64Array[]) => Either.mapLeft(ofEnvironment)(dynamicsOf(task, vectors)))(
    vectorsOf(owner, task, values, benchmark)
  )

const single = (task: MetaworldTask): Environment =>
  physical({
    ...shared,
    id: task.id,
    summary: `${task.summary} (Meta-World)`,
    observation: observation(task.goalLow, task.goalHigh),
    parameters: parametersOf(task),
    dynamics: (values) => made(task.id, task, values, [task])
  })

/**
 * Meta-World's ten MT10 tasks, one environment each, with the vectors of MT1: a robot arm's hand is moved in space and closed.
 *
 * The observation is two frames (now and before: hand, how open it is, the thing and how it is turned) and the goal. An
 * episode lasts 500 steps; `success` is told and ends nothing, an episode succeeds where any of its steps did.
 *
 * Differs: MuJoCo 3.3.8 computes, metaworld 3.1.1 asks for 3.3.0; `docs/metaworld.md` has the distances. Actions are not
 * rounded to single precision, nor the rewards that they go into.
 *
 * - Units: m; actions 1 cm a step; rewards 0 to 10.
 * - Source: Yu et al., arXiv:1910.10897; metaworld 3.1.1.
 */
export const metaworldTasks: readonly Environment[] = mt10.map(single)

const lowest = (bounds: readonly Triple[]): Triple => [least(bounds, 0), least(bounds, 1), least(bounds, 2)]
const least = (bounds: readonly Triple[], i: 0 | 1 | 2): number => Math.min(...bounds.map((b) => b[i]))
const highest = (bounds: readonly Triple[]): Triple => {
  const [x, y, z] = lowest(bounds.map(([a, b, c]): Triple => [-a, -b, -c]))
  return [-x, -y, -z]
}

const ids = mt10.map(({ id }) => id)

/** Of a task that MT10 lacks, the nearest is named. */
const knownTask = (params: Params): Either.Either<EnvError, Params> => {
  const { task } = params
  if (typeof task !== "string" || ids.includes(task)) return Either.right(params)
  const [doing, want] = [`set parameter "task" of ${MT10}`, `one of ${choices(ids, task)}`]
  return Either.left(parameterError({ doing, want, got: shown(task), fix: meant(task, ids).fix, parameter: "task" }))
}

const first = mt10[0]!
const MT10 = "metaworld-mt10"

const anyTask = physical({
  ...shared,
  id: MT10,
  summary: "One of the ten tasks of Meta-World's MT10",
  observation: observation(lowest(mt10.map((t) => t.goalLow)), highest(mt10.map((t) => t.goalHigh))),
  parameters: { task: choiceOf("reach-v3", ids, "which of the ten tasks"), ...parametersOf(first) },
  dynamics: ({ task, ...values }) => made(MT10, mt10.find(({ id }) => id === task) ?? first, values, mt10)
})

/** MT10 as one environment, whose parameter `task` is one of the ten, with the vectors of `MT10(seed)`. */
export const metaworldMt10: Environment = {
  ...anyTask,
  make: (params) => Either.chain(anyTask.make)(knownTask(params))
}
