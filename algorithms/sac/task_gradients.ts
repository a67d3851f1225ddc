/** An update in the parts between which an aggregator weighs the tasks' gradients. */
import {
  constant,
  exp,
  gradients,
  mapExamples,
  mean,
  mul,
  neg,
  program,
  reshape,
  type Tensor
} from "../../core/program/mod.ts"
import { combination, gathered, named } from "../combination.ts"
import { batchOf, taskWeights, temperatureLoss } from "./mathematics.ts"
import {
  actor,
  actorRows,
  aimRows,
  aims,
  criticRows,
  entropyAim,
  follow,
  type Moved,
  misses,
  optimizerShapes,
  scaleShapes,
  sizeOf,
  step,
  type Tensors,
  temperatureStep,
  type Updating
} from "./update_program.ts"

/** Rows of all tasks with an axis over tasks. */
const split = <K extends string>(
  tasks: number,
  names: readonly K[],
  x: Readonly<Record<string, Tensor>>
): Record<K, Tensor> => {
  const rows = (t: Tensor): Tensor => reshape(t, [tasks, (t.shape[0] ?? 0) / tasks, ...t.shape.slice(1)])
  return Object.fromEntries(names.map((name) => [name, rows(x[name]!)])) as Record<K, Tensor>
}

/** log α of each task, and how its losses weigh. */
const ofTasks = ({ config, tasks }: Updating, logAlpha: Tensor) => ({
  logAlpha,
  weight: config.taskWeights ? taskWeights(logAlpha) : constant(1, [tasks])
})

const keys = <K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] => Object.keys(record) as K[]

/**
 * The gradient of every task's own mean criticLoss.
 *
 * - Shapes: `taskGradients` and `gram` as `gathered` gives them, `losses` `[T]`; `aim` `[batch]`, what the critics are moved to.
 */
export const criticGradientProgram = (u: Updating) => {
  const batch = batchOf(u.config, u.tasks)
  const [rows, aimed] = [criticRows(u, batch), aimRows(u, batch)]
  const fixed = { policy: [sizeOf(u, "policy")], value: [sizeOf(u, "value")], target: [sizeOf(u, "value")] }
  const shapes = { ...fixed, logAlpha: [u.tasks], ...scaleShapes(u), ...rows, ...aimed }
  return program("sac.criticGradient", shapes, (x) => {
    const { loss, aim, ...pieces } = mapExamples(
      { ...split(u.tasks, keys(aimed), x), ...ofTasks(u, x.logAlpha), ...split(u.tasks, keys(rows), x) },
      (one): Tensors => {
        const all = { ...x, ...one }
        const y = aims(u, all, exp(all.logAlpha))
        const miss = mean(misses(u, all, y))
        return { loss: miss, aim: y, ...named(gradients(mul(miss, one.weight), [x.value])[0]!) }
      }
    )
    return { ...gathered(pieces), losses: loss!, aim: reshape(aim!, [aim!.shape.reduce((n, d) => n * d, 1)]) }
  })
}

/** Every task's own mean criticLoss, at what the critics are moved to: `losses` `[T]`. */
export const criticLossProgram = (u: Updating) => {
  const batch = batchOf(u.config, u.tasks)
  const { observation, action } = criticRows(u, batch)
  return program("sac.criticLosses", { value: [sizeOf(u, "value")], observation, action, aim: [batch] }, (x) => ({
    losses: mean(reshape(misses(u, x, x.aim), [u.tasks, batch / u.tasks]), { axes: [1] })
  }))
}

/** The gradients of every task's own mean actorLoss, and of its temperature's, and the metrics of the policy: `[T]`. */
export const actorGradientProgram = (u: Updating) => {
  const rows = actorRows(u, batchOf(u.config, u.tasks))
  const fixed = { policy: [sizeOf(u, "policy")], value: [sizeOf(u, "value")], logAlpha: [u.tasks] }
  const shapes = { ...fixed, ...scaleShapes(u), ...rows }
  return program("sac.actorGradient", shapes, (x) => {
    const seen = mapExamples({ ...ofTasks(u, x.logAlpha), ...split(u.tasks, keys(rows), x) }, (one): Tensors => {
      const alpha = exp(one.logAlpha)
      const { loss, now } = actor(u, { ...x, ...one }, alpha, x.value)
      const policyLoss = mean(loss)
      const temperature = mean(temperatureLoss(one.logAlpha, now.logProb, entropyAim(u)))
      return {
        losses: policyLoss,
        temperatureGradient: gradients(temperature, [one.logAlpha])[0]!,
        worth: mean(now.q),
        entropy: mean(neg(now.logProb)),
        temperature: alpha,
        ...named(gradients(mul(policyLoss, one.weight), [x.policy])[0]!)
      }
    })
    const { losses, temperatureGradient, worth, entropy, temperature, ...pieces } = seen
    return {
      ...gathered(pieces),
      losses: losses!,
      temperatureGradient: temperatureGradient!,
      worth: worth!,
      entropy: entropy!,
      temperature: temperature!
    }
  })
}

const weighed = (u: Updating, part: Moved) => ({
  [part]: [sizeOf(u, part)],
  ...optimizerShapes(u, part),
  taskGradients: [u.tasks * sizeOf(u, part)],
  weights: [u.tasks]
})

/** The critics' step on a combination of task gradients, and what their targets make of it. */
export const criticStepProgram = (u: Updating, sizes: readonly number[]) =>
  program("sac.criticStep", { ...weighed(u, "value"), target: [sizeOf(u, "value")] }, (x): Tensors => {
    const moved = step(u, "value", x, combination(x.weights, x.taskGradients, sizes))
    return { ...moved, target: follow(u, x.target, moved.value!) }
  })

/** The policy's step on a combination of task gradients, and each temperature's own. */
export const actorStepProgram = (u: Updating, sizes: readonly number[]) => {
  const shapes = {
    ...weighed(u, "policy"),
    logAlpha: [u.tasks],
    ...optimizerShapes(u, "logAlpha"),
    temperatureGradient: [u.tasks]
  }
  return program("sac.actorStep", shapes, (x) => ({
    ...step(u, "policy", x, combination(x.weights, x.taskGradients, sizes)),
    ...temperatureStep(u, x, x.temperatureGradient)
  }))
}
