/** Learners, networks and plugins that lack a part. Nothing runs. */
import { Schema } from "effect"
import type { LearnerParts } from "../../algorithms/loop.ts"
import type { Algorithm, OnPolicy } from "../../algorithms/mod.ts"
import { architecture, maml, metaLearner, onPolicy, ppo, softActorCritic, untyped } from "../../algorithms/mod.ts"
import type { Aggregator } from "../../core/aggregate/mod.ts"
import { mlp } from "../../core/network/mod.ts"
import { adam, type Optimizer } from "../../core/optim/mod.ts"
import { definePlugin } from "../../plugins/loading/mod.ts"

const Config = Schema.Struct({ learningRate: Schema.Number })

const loss: OnPolicy<typeof Config.Type, "policyLoss"> = {
  id: "mine",
  version: "1",
  summary: "",
  config: Config,
  defaults: { learningRate: 1e-3 },
  metrics: ["policyLoss"],
  loop: ({ learningRate }) => ({ learningRate }),
  objective: (_, x) => ({ loss: x.logProb, metrics: { policyLoss: x.logProb } })
}

export const anAlgorithm: Algorithm<typeof Config.Type> = onPolicy(loss)

export const noObjective = () => {
  const { objective: _, ...rest } = loss
  // @ts-expect-error: no objective
  return onPolicy(rest)
}

export const aMetricThatIsNotGiven = () =>
  // @ts-expect-error: the objective gives policyLoss, no kl
  onPolicy({ ...loss, metrics: ["policyLoss", "kl"] })

export const defaultsOfAnother = () =>
  // @ts-expect-error: the configuration has a learningRate
  onPolicy({ ...loss, defaults: { rate: 1e-3 } })

export const aLossThatIsANumber = () =>
  // @ts-expect-error: a loss is a tensor, one number a transition
  onPolicy({ ...loss, objective: () => ({ loss: 0, metrics: { policyLoss: 0 } }) })

export const noOrder = () =>
  // @ts-expect-error: no order of the meta-gradient
  metaLearner({ id: "mine", version: "1", summary: "", optimizer: adam(), defaults: maml.defaults })

export const noOptimizer = () =>
  // @ts-expect-error: no optimizer
  softActorCritic({ id: "mine", version: "1", summary: "" })

// @ts-expect-error: the state has no w
export const stateOfAnother: Optimizer<"w"> = adam()

export const partsWithoutIterate = (parts: Omit<LearnerParts, "iterate">): LearnerParts =>
  // @ts-expect-error: no iterate
  parts

// @ts-expect-error: weights are numbers of doubles, one a task
export const weightsAsTensors: Aggregator = { id: "mine", summary: "", weights: () => [1, 1] }

export const aNetworkOfNoSizes = () =>
  // @ts-expect-error: no activation
  mlp({ inputs: 4, hidden: [8], outputs: 2 })

export const anArchitectureThatReadsAnother = () =>
  architecture({
    id: "mine",
    summary: "",
    config: Schema.Struct({ width: Schema.Int }),
    // @ts-expect-error: the settings have a width, no depth
    make: ({ depth }, sizes) => mlp({ ...sizes, hidden: [depth], activation: "tanh" })
  })

export const aPlugin = () => definePlugin({ policygradex: 1, name: "mine", version: "1", algorithms: [untyped(ppo)] })

export const aTypedLearnerInAPlugin = () =>
  // @ts-expect-error: untyped() makes an algorithm of any settings one that is checked when it is loaded
  definePlugin({ policygradex: 1, name: "mine", version: "1", algorithms: [ppo] })

export const aPluginOfNoContract = () =>
  // @ts-expect-error: which contract it was written for
  definePlugin({ name: "mine", version: "1" })
