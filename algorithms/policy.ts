/** A policy: from observations to a distribution over actions, for programs and for the host. */

import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { categorical, type Distribution, gaussian, type Head } from "../core/dist/mod.ts"
import type { ArgumentError } from "../core/failure/mod.ts"
import { type Block, type Forward, type Layout, layout, type Network, type NetworkSizes } from "../core/network/mod.ts"
import type { Shape, Tensor } from "../core/program/mod.ts"
import { child, type Floats, type Key, type Stream, stream } from "../core/random/mod.ts"
import type { RealConstructor } from "../core/service/real.ts"
import { flag, flagOr } from "../core/service/setting.ts"
import { shown } from "../core/text/shown.ts"
import { type Box, type Space, sizeOf } from "../envs/mod.ts"
import { type Architecture, ArchitectureConfig, mustBeTold } from "./architecture.ts"
import { makeNetwork } from "./architectures.ts"
import { problemError } from "./error.ts"

/** What acts and what it sees. */
export interface Spaces {
  readonly observation: Space
  readonly action: Space
}

/** Running normalisation of what learners see, as they learn: by moments that are saved with each policy. */
export const Normalise = Schema.Struct({
  observation: flag("observations less their mean, over their deviation, within ±10; each number by itself"),
  reward: flagOr(
    "perTask",
    "learning sees rewards over the deviation of discounted returns, within ±10; reports do not; of all tasks together, or " +
      "perTask: each task's over its own, with a policy that is told its task"
  )
})
export type Normalise = typeof Normalise.Type

/** The networks of policy and value function, of one architecture, and what they are told. */
export const NetworkConfig = Schema.Struct({
  ...ArchitectureConfig.fields,
  taskOneHot: flag("the observation also tells which task it is"),
  // What both networks see normalised by moments that go on being gathered; nothing by default. See `normalise.ts`.
  normalise: Schema.optional(Normalise)
})
export type NetworkConfig = typeof NetworkConfig.Type

/** What the policy makes of a batch of observations and actions. */
export interface PolicyTrace {
  /** log π(a | s) of every row: `[rows]`. */
  readonly logProb: Tensor
  /** Entropy of every row, in nats: `[rows]`. */
  readonly entropy: Tensor
  /** The distribution's parameters: `logits`, or `mean` and `logStd`. */
  readonly head: Readonly<Record<string, Tensor>>
  /** The network's pass, by which a row's gradient comes in factors. */
  readonly pass: Forward
}

/** Where a program puts the distribution's parameters, and draws from them; memory is allocated once. */
export interface Actor {
  /** Targets of the program's outputs, by name. */
  readonly head: Readonly<Record<string, Float32Array | Float64Array>>
  /** `[rows · actionSize]`. */
  readonly action: Float64Array
  /** log π of the drawn actions: `[rows]`. */
  readonly logProb: Float64Array
  /** Draws the actions of one group of rows. */
  readonly sample: (group: number, s: Stream) => void
  /** The most probable actions of one group of rows; `logProb` stays. */
  readonly mode: (group: number) => void
}

/**
 * A policy π_θ: a network and an action distribution.
 *
 * θ holds the network first (block `network`), so `network.layout` gives the place of its blocks in θ too; a
 * Gaussian policy has block `logStd` after it, one number an action component for all states.
 */
export interface Policy {
  readonly spaces: Spaces
  readonly config: NetworkConfig
  /** Tasks the observation can name, by position; empty without task one-hot. */
  readonly taskIds: readonly string[]
  /** Numbers the network sees: the observation, one-hot where it is one of a finite number, then the task. */
  readonly inputs: number
  /** Numbers of one action. */
  readonly actionSize: number
  /** p, the length of θ: policy parameters only. */
  readonly size: number
  /** The parts of θ. */
  readonly blocks: readonly Block[]
  readonly network: Network
  readonly distribution: string
  /** θ `[size]`, observation `[rows, inputs]`. */
  readonly head: (theta: Tensor, observation: Tensor) => Readonly<Record<string, Tensor>>
  /** θ `[size]`, observation `[rows, inputs]`, action of shape {@link Policy.actionShape}. */
  readonly logProb: (theta: Tensor, observation: Tensor, action: Tensor) => PolicyTrace
  /** KL(π_from ‖ π_to) of every row: `[rows]`. */
  readonly kl: (from: Readonly<Record<string, Tensor>>, to: Readonly<Record<string, Tensor>>) => Tensor
  /** `[rows]` for discrete actions, `[rows, actionSize]` for vectors. */
  readonly actionShape: (rows: number) => Shape
  /** The network's first parameters with a gain of 0.01 in the last layer; logStd 0. */
  readonly init: (key: Key) => Float64Array
  /** What the environment gets for actions as drawn; without it, the nearest that the environment accepts. */
  readonly play?: (drawn: Floats, played: Float64Array) => void
  /** Host memory and draws for `rows` rows in `groups` equal groups. */
  readonly actor: (rows: number, groups: number, Real: RealConstructor) => Actor
}

/** Makes a policy for an environment's spaces. */
export type MakePolicy = (
  spaces: Spaces,
  network: NetworkConfig,
  taskIds?: readonly string[],
  /** Architectures that the network's id may name; by default the package's own. */
  known?: readonly Architecture[]
) => E.Either<ArgumentError, Policy>

/**
 * The policy for these spaces: categorical for discrete actions, diagonal Gaussian for vectors.
 *
 * A discrete observation enters the network as one-hot, so that without hidden layers the policy is a table.
 *
 * `taskIds` are all tasks that the policy will ever meet; they matter with `taskOneHot` only. `known` are the
 * architectures that `config.id` may name, by default the package's own.
 *
 * - Errors: `ArgumentError` for task one-hot with no or repeated ids, for discrete observations to be normalised, for rewards
 *   to be normalised by task where none is told, and for an architecture or settings of one that there are none of.
 */
export const makePolicy: MakePolicy = (spaces, config, taskIds = [], known) => {
  const { observation, action } = spaces
  const ids = config.taskOneHot ? taskIds : []
  if (config.taskOneHot && (ids.length === 0 || new Set(ids).size !== ids.length)) {
    return E.left(problemError("taskIds", "distinct ids of all tasks, for the one-hot", shown(ids)))
  }
  if (config.normalise?.observation === true && observation._tag === "Discrete") {
    const want = "false for discrete observations, which the network sees as one-hot"
    return E.left(problemError("normalise.observation", want, "true"))
  }
  if (config.normalise?.reward === "perTask" && !config.taskOneHot) {
    return mustBeTold("normalise.reward perTask")
  }
  const own = inputsOf(observation)
  const sizes: NetworkSizes = {
    inputs: own + ids.length,
    outputs: action._tag === "Discrete" ? action.n : sizeOf(action),
    ...(ids.length > 0 ? { told: { at: own, tasks: ids.length, ids } } : {})
  }
  return E.map((network: Network): Policy => {
    const about = { spaces, config, taskIds: ids, network }
    return action._tag === "Discrete" ? discrete(about) : continuous(about, action)
  })(makeNetwork(config, sizes, known))
}

/** How many numbers of the network's input an observation takes: one each, or one for each value that it may have. */
export const inputsOf = (observation: Space): number =>
  observation._tag === "Discrete" ? observation.n : sizeOf(observation)

/** What a policy is made of beside its distribution. */
export type About = Pick<Policy, "spaces" | "config" | "taskIds" | "network">

const HEAD_GAIN = 0.01

const initial = (about: About, size: number, key: Key): Float64Array => {
  const theta = new Float64Array(size)
  theta.set(about.network.init(stream(child(key, "policy")), HEAD_GAIN))
  return theta
}

/** Logits from the network. */
const discrete = (about: About): Policy => {
  const { network } = about
  const parameters = layout([{ name: "network", shape: [network.layout.size] }])
  const { outputs } = network
  return policyOf(about, parameters, categorical, 1, {
    head: (_theta, out) => ({ logits: out }),
    from: (x) => ({ logits: x.logits! }),
    targets: (rows, Real) => ({ logits: new Real(rows * outputs) }),
    group: ({ logits }, from, to) => ({ logits: logits.subarray(from * outputs, to * outputs) }),
    actionShape: (rows) => [rows]
  })
}

/** Means from the network; log deviations are parameters of their own. */
const continuous = (about: About, action: Box): Policy => {
  const n = sizeOf(action)
  const parameters = layout([
    { name: "network", shape: [about.network.layout.size] },
    { name: "logStd", shape: [n] }
  ])
  return policyOf(about, parameters, gaussian, n, {
    head: (theta, out) => ({ mean: out, logStd: parameters.view(theta, "logStd") }),
    from: (x) => ({ mean: x.mean!, logStd: x.logStd! }),
    targets: (rows, Real) => ({ mean: new Real(rows * n), logStd: new Real(n) }),
    group: ({ mean, logStd }, from, to) => ({ mean: mean.subarray(from * n, to * n), logStd }),
    actionShape: (rows) => [rows, n]
  })
}

/** What differs between distributions; H names the head's parts. */
export interface Parts<H extends string> {
  readonly head: (theta: Tensor, out: Tensor) => Head<H, Tensor>
  readonly from: <T>(x: Readonly<Record<string, T>>) => Head<H, T>
  readonly targets: (rows: number, Real: RealConstructor) => Record<H, Float32Array | Float64Array>
  readonly group: (head: Head<H, Float32Array | Float64Array>, from: number, to: number) => Head<H, Floats>
  readonly actionShape: (rows: number) => Shape
}

/** The policy of a network whose output, with θ, is the head of a distribution. */
export const policyOf = <H extends string>(
  about: About,
  parameters: Layout<"network"> | Layout<"network" | "logStd">,
  distribution: Distribution<H>,
  actionSize: number,
  parts: Parts<H>
): Policy => {
  const { network } = about
  const forward = (theta: Tensor, observation: Tensor) => {
    const pass = network.forward(parameters.view(theta, "network"), observation)
    return { head: parts.head(theta, pass.output), pass }
  }
  return {
    ...about,
    inputs: network.inputs,
    actionSize,
    size: parameters.size,
    blocks: parameters.blocks,
    distribution: distribution.name,
    head: (theta, observation) => forward(theta, observation).head,
    logProb: (theta, observation, action) => {
      const { head, pass } = forward(theta, observation)
      return { logProb: distribution.logProb(head, action), entropy: distribution.entropy(head), head, pass }
    },
    kl: (from, to) => distribution.kl(parts.from(from), parts.from(to)),
    actionShape: parts.actionShape,
    init: (key) => initial(about, parameters.size, key),
    actor: (rows, groups, Real) => {
      const head = parts.targets(rows, Real)
      const action = new Float64Array(rows * actionSize)
      const logProb = new Float64Array(rows)
      const each = rows / groups
      const views = Array.from({ length: groups }, (_, g) => ({
        head: parts.group(head, g * each, (g + 1) * each),
        action: action.subarray(g * each * actionSize, (g + 1) * each * actionSize),
        logProb: logProb.subarray(g * each, (g + 1) * each)
      }))
      return {
        head,
        action,
        logProb,
        sample: (g, s) => {
          const v = views[g]!
          distribution.sample(s, v.head, v.action, v.logProb)
        },
        mode: (g) => {
          const v = views[g]!
          distribution.mode(v.head, v.action)
        }
      }
    }
  }
}

/** What is played for u: low + (high − low)·(f(u) + 1)/2, where f leads into [−1, 1]. */
export const scaledTo =
  ({ low, high }: Box, f: (u: number) => number): NonNullable<Policy["play"]> =>
  (drawn, played) => {
    const n = low.length
    for (let i = 0; i < drawn.length; i++) {
      const [from, to] = [low[i % n]!, high[i % n]!]
      played[i] = Math.min(Math.max(from + ((to - from) * (f(drawn[i]!) + 1)) / 2, from), to)
    }
  }
