/** What a person sets for SAC, and where the defaults come from. */
import { Schema } from "effect"
import { choice, count, countOr, flag, number, numberOr } from "../../core/service/setting.ts"
import type { TrainingProblem, UpdateSize, Updates } from "../algorithm.ts"

/** What a person sets for SAC; `sacDefaults` has the values of the paper or of common practice. */
export const SacConfig = Schema.Struct({
  learningRate: number(1e-8, 1, "Adam's step size, of policy, critics and temperature"),
  replay: count(1, 100_000_000, "transitions kept, of all tasks together"),
  learningStarts: count(
    0,
    1_000_000_000,
    "environment steps, over all tasks (of each task with equal updates), with uniform actions and no update"
  ),
  batch: count(1, 1_000_000, "transitions in an update, rounded up to a multiple of the tasks"),
  tau: number(0, 1, "τ: how far the target critics move towards the critics at each update"),
  gamma: number(0, 1, "discount per step"),
  trainEvery: count(1, 1_000_000, "steps of each environment between updates"),
  updates: countOr(
    "steps",
    1,
    1_000_000,
    "updates each time, or as many as environment steps were taken since the last time"
  ),
  temperature: numberOr("auto", 1e-12, 1e6, "α of the entropy bonus, or auto: learnt, one for each task"),
  initialTemperature: number(1e-12, 1e6, "α to start from where it is learnt"),
  targetEntropy: numberOr(
    "auto",
    -1e6,
    1e6,
    "entropy that a learnt α aims at, nats; auto: −n, or ½·log n of n discrete actions"
  ),
  correction: choice(
    ["exact", "epsilon"],
    "log of the squashing's slope: exactly, or with Stable-Baselines3's 1e-6 in the logarithm"
  ),
  taskWeights: flag(
    "a task's losses weigh T·softmax(−log α): the lower its temperature, the more (multi-task SAC's weights)"
  ),
  maxTaskLoss: numberOr(
    "off",
    0,
    1e30,
    "a task whose critics' mean loss in an update is above this counts for nothing to critics and policy then (PaCo's loss mask-out)"
  ),
  resetTasks: flag(
    "with network.id paco: the composition of a task that maxTaskLoss leaves out becomes a random mean of the others' (PaCo's reset)"
  ),
  popArt: numberOr(
    "off",
    1e-6,
    1,
    "β by which mean and deviation of what the critics are moved to follow each update, of every head by itself (PopArt): a head a task " +
      "with network.id multi-head or moore; off: none"
  ),
  maxGradientNorm: numberOr(
    "off",
    0,
    1e6,
    "the gradient of the critics, and that of the policy, is scaled down to this L2 norm"
  ),
  lambda: number(0, 1, "GAE's λ of the advantages that a collector gives; training has none")
})

/** The settings of one SAC training. */
export type Sac = typeof SacConfig.Type

/** Defaults: Haarnoja et al. (arXiv:1812.05905, table 1) as Stable-Baselines3 ships them. */
export const defaults: Sac = {
  learningRate: 3e-4,
  replay: 1_000_000,
  learningStarts: 100,
  batch: 256,
  tau: 0.005,
  gamma: 0.99,
  trainEvery: 1,
  updates: "steps",
  temperature: "auto",
  initialTemperature: 1,
  targetEntropy: "auto",
  correction: "exact",
  taskWeights: false,
  maxTaskLoss: "off",
  resetTasks: false,
  popArt: "off",
  maxGradientNorm: "off",
  lambda: 0.95
}

/** The settings where more tasks are no more updates: minibatches and the uniform start grow with the tasks instead. */
export const withBudget = (c: Sac, { tasks, environmentsPerTask, budget }: Omit<UpdateSize, "stepsPerTask">): Sac =>
  budget === "updates"
    ? {
        ...c,
        batch: c.batch * tasks,
        learningStarts: c.learningStarts * tasks,
        updates: c.updates === "steps" ? c.trainEvery * environmentsPerTask : c.updates
      }
    : c

/** What a problem's size is to {@link withBudget}. */
export const sizeOf = ({
  tasks,
  budget = "steps",
  environmentsPerTask,
  stepsPerTask
}: TrainingProblem): UpdateSize => ({
  tasks: tasks.length,
  environmentsPerTask,
  stepsPerTask,
  budget
})

/** What an iteration does to θ. */
export const updatesOf = (settings: Sac, size: UpdateSize): Updates => {
  const { trainEvery, updates, batch, learningRate } = withBudget(settings, size)
  const rounds = size.stepsPerTask / size.environmentsPerTask / trainEvery
  const each = updates === "steps" ? trainEvery * size.environmentsPerTask * size.tasks : updates
  return { count: rounds * each, rate: learningRate, batch }
}
