/** What a job could only fail at in one of its later stages, found before the first one begins. */

import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { Budget } from "../algorithms/mod.ts"
import { type ArgumentError, argumentError, cannot, partsOf } from "../core/failure/mod.ts"
import { checkedSubsets } from "../core/surrogate/internal.ts"
import { checkedDynamics } from "../envs/internal.ts"
import type { EnvError, Environment, Task } from "../envs/mod.ts"
import type { Catalog } from "./catalog.ts"
import type { RunConfig } from "./config.ts"
import { aggregatorFor, type Setting } from "./jobs/training.ts"
import { courseTakes } from "./stages/curvature/course.ts"
import { worthTakes } from "./stages/decision.ts"
import { groupingTakes, WORTH } from "./stages/group_by.ts"
import { learnersBudget } from "./stages/group_training.ts"
import { toldPolicy, whyNotTold } from "./stages/told.ts"

/** A training that some stage will do. */
interface Planned {
  /** What is trained, as the end of "Cannot train …". */
  readonly what: string
  readonly tasks: number
  readonly stepsPerTask: number
  readonly iterations: number
  readonly budget?: Budget
  /** The parts of the configuration that say so: of iterations, and of steps. */
  readonly from: readonly [string, string]
}

/** Whether there is what the environment is made of, where it is made here: physics and files of it may be missing. */
const isMade = (environment: Environment, [first]: readonly Task[]): E.Either<ArgumentError, unknown> =>
  environment.open !== undefined || first === undefined
    ? E.right(undefined)
    : E.mapLeft((refused: EnvError) => argumentError(partsOf(refused)))(
        checkedDynamics(environment, environment.make(first.params))
      )

/**
 * Whether every stage can begin: subsets that can be drawn, a grouping that takes the settings, and for each kind of
 * training a problem that the learner does not refuse.
 *
 * Groups are not known yet: between a single task, which is trained for itself in any case, and all of them.
 *
 * - Errors: `ArgumentError` naming what is trained, and the setting.
 */
export const foresee = (
  config: RunConfig,
  setting: Setting<unknown>,
  tasks: readonly Task[],
  { groupings, architectures }: Pick<Catalog, "groupings" | "architectures">,
  /** What learns from selected tasks, where a run selects, and from all tasks beside them. */
  selecting?: readonly Setting<unknown>[]
): E.Either<ArgumentError, undefined> => {
  const { surrogate, grouping } = config
  const count = grouping.lambda === "off" ? { k: grouping.k } : { lambda: grouping.lambda }
  const steps: readonly E.Either<ArgumentError, unknown>[] = [
    isMade(setting.environment, tasks),
    checkedSubsets(tasks.length, surrogate.subsetSize, surrogate.subsets),
    grouping.method === WORTH
      ? worthTakes(tasks.length, config)
      : groupingTakes(tasks.length, { ...count, method: grouping.method }, groupings),
    decidingTakes(config),
    measuringTakes(config),
    takes(setting, tasks, metaTraining(config, tasks.length)),
    ...(selecting === undefined
      ? [
          ...trainings(config, tasks.length).map((planned) => takes(setting, tasks, planned)),
          ...toldTrainings(config, setting, tasks, architectures)
        ]
      : [...selecting.map((s) => takes(s, tasks, metaLearning(config, tasks.length))), adaptationTakes(config)])
  ]
  return pipe(
    steps.find(E.isLeft) ?? E.right(undefined),
    E.map(() => undefined)
  )
}

/** Whether trainings can decide: between groups by predicted worth, that are trained. */
const decidingTakes = ({ use, truth, grouping: { method } }: RunConfig): E.Either<ArgumentError, unknown> => {
  if (truth.mode === "sample") return E.right(undefined)
  const doing = "decide by trainings"
  if (use !== "group")
    return cannot(doing, "use group", use, "set truth.mode sample: a run that selects trains no groups")
  return method === WORTH
    ? E.right(undefined)
    : cannot(doing, `grouping.method ${WORTH}`, method, "set truth.mode sample, or group by worth")
}

/** Whether a training has so many places to be measured at. */
const measuringTakes = ({ curvature: { checkpoints }, meta }: RunConfig): E.Either<ArgumentError, unknown> =>
  checkpoints === "off"
    ? E.right(undefined)
    : courseTakes("curvature.checkpoints", { checkpoints, iterations: meta.iterations })

const metaTraining = ({ meta: { stepsPerTask, iterations } }: RunConfig, tasks: number): Planned => ({
  what: `all ${tasks} tasks`,
  tasks,
  stepsPerTask,
  iterations,
  from: ["meta", "meta"]
})

/** By a meta-learner, from scratch; sets of fewer tasks are trained as well. */
const metaLearning = ({ selection: { learner, stepsPerTask, iterations } }: RunConfig, tasks: number): Planned => ({
  what: `${learner} on ${tasks} tasks`,
  tasks,
  stepsPerTask,
  iterations,
  from: ["selection", "selection"]
})

/** Whether the steps of an adaptation can be shared by the environments of a task. */
const adaptationTakes = ({
  selection: { adaptationStepsPerTask, vector }
}: RunConfig): E.Either<ArgumentError, unknown> =>
  adaptationStepsPerTask % vector === 0
    ? E.right(undefined)
    : cannot(
        "adapt to unseen tasks",
        `selection.adaptationStepsPerTask a multiple of ${vector}, selection.vector`,
        String(adaptationStepsPerTask)
      )

const trainings = (c: RunConfig, n: number): readonly Planned[] => {
  const group = groupOf(c)
  return [
    ...(c.truth.subsets === 0 || c.truth.mode === "decide"
      ? []
      : [
          {
            what: `a subset of ${c.surrogate.subsetSize} tasks`,
            tasks: c.surrogate.subsetSize,
            stepsPerTask: c.truth.stepsPerTask,
            iterations: c.truth.iterations,
            budget: c.truth.budget,
            from: ["truth", "truth"] as const
          }
        ]),
    { ...group, what: "a group of one task", tasks: 1 },
    { ...group, what: `a group of all ${n} tasks`, tasks: n }
  ]
}

/** One policy that is told its task, where a run compares its groups with one. */
const toldTrainings = (
  c: RunConfig,
  setting: Setting<unknown>,
  tasks: readonly Task[],
  architectures: Catalog["architectures"]
): readonly E.Either<ArgumentError, unknown>[] => {
  if (whyNotTold(setting) !== undefined) return []
  const ids = tasks.map((t) => t.id)
  const policy = toldPolicy(setting, ids, architectures)
  // Whatever keeps it from being made keeps the row out of the comparison, which says so.
  if (E.isLeft(policy)) return []
  const all = { ...groupOf(c), what: "one policy told its task", tasks: tasks.length }
  return [takes({ ...setting, policy: policy.right }, tasks, all)]
}

const groupOf = ({ groupTraining, meta: { stepsPerTask } }: RunConfig) => ({
  stepsPerTask,
  iterations: groupTraining.iterations,
  budget: learnersBudget(groupTraining),
  from: ["groupTraining", "meta"] as const
})

const takes = (
  setting: Setting<unknown>,
  all: readonly Task[],
  { what, tasks, stepsPerTask, iterations, budget = "steps", from }: Planned
): E.Either<ArgumentError, unknown> => {
  const { algorithm, algorithmConfig, environment, policy, environmentsPerTask } = setting
  const some = { tasks: all.slice(0, tasks), ...aggregatorFor(setting, tasks) }
  const problem = { environment, ...some, policy, environmentsPerTask }
  return pipe(
    algorithm.check?.(algorithmConfig, { ...problem, stepsPerTask, iterations, budget }) ?? E.right(undefined),
    E.mapLeft((e) => {
      const [some, each] = from
      const sizes = `${some}.iterations ${iterations}, ${each}.stepsPerTask ${stepsPerTask}`
      // Of what a learner refuses by itself, nothing else would say that it is about a training.
      const doing = ["train", "use a replay"].includes(e.doing) ? `train ${what} (${sizes})` : e.doing
      return argumentError({ ...partsOf(e), doing })
    })
  )
}
