/** From layers to a policy of ours, with θ, and what is known of the value function. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { Algorithm, LoadedPolicy, NetworkConfig, Spaces } from "../../../algorithms/mod.ts"
import { type ArgumentError, argumentError, cannot, partsOf } from "../../../core/failure/mod.ts"
import { mlp, type Network } from "../../../core/network/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import type { Box } from "../../../envs/mod.ts"
import type { Dense, FoundPolicy } from "./found.ts"
import type { Normaliser, ObservationMoments } from "./moments.ts"
import type { Sb3Archive, ToldTraining } from "./sb3.ts"

/** v(s), with its parameters. */
export interface Critic {
  readonly network: Network
  readonly theta: Floats
}

/** A policy that came from elsewhere, with what the file told beside it. */
export interface ImportedPolicy extends LoadedPolicy {
  /** Whose file it was. */
  readonly by: string
  readonly critic?: Critic
  readonly training?: ToldTraining
}

/** What is known beside the layers. */
export interface Beside extends Pick<Partial<Sb3Archive>, "bounds" | "training"> {
  readonly normaliser?: Normaliser | undefined
}

/**
 * The policy of these layers.
 *
 * - Errors: `ArgumentError` where outputs, log σ, bounds or moments do not fit each other.
 */
export const importedPolicy = (
  found: FoundPolicy,
  { bounds, training, normaliser }: Beside,
  name: string,
  algorithms: readonly Pick<Algorithm<unknown>, "id" | "version" | "makePolicy">[]
): E.Either<ArgumentError, ImportedPolicy> => {
  const bad = (want: string, got: string) => cannot(`read ${name}`, want, got)
  const { observation: moments, returnDeviation = 1 } = normaliser ?? {}
  const { layers, distribution, logStd, activation = "tanh" } = found
  const [inputs, outputs] = [layers[0]!.inputs, layers.at(-1)!.outputs]
  const size = distribution === "squashedGaussian" ? outputs / 2 : outputs
  if (logStd !== undefined && logStd.length !== size)
    return bad(`${size} numbers of log σ, one an output`, `${logStd.length}`)
  if (bounds !== undefined && bounds.low.length !== size)
    return bad(`bounds of ${size} actions`, `${bounds.low.length}`)
  if (moments !== undefined && moments.mean.length !== inputs) {
    return bad(`moments of ${inputs} numbers, as many as the policy sees`, `${moments.mean.length}`)
  }
  const widths = layers.slice(0, -1).map((l) => l.outputs)
  const network: NetworkConfig = {
    layers: widths.length,
    width: widths[0] ?? 1,
    activation,
    taskOneHot: false,
    ...(moments === undefined ? {} : { normalise: { observation: true, reward: false } }),
    ...(widths.every((w) => w === widths[0]) ? {} : { options: { widths } })
  }
  const spaces: Spaces = {
    observation: box(inputs, "observation", { low: fill(inputs, -Infinity), high: fill(inputs, Infinity) }),
    action:
      distribution === "categorical"
        ? { _tag: "Discrete", n: size, names: Array.from({ length: size }, (_, i) => String(i)) }
        : box(size, "action", bounds ?? unbounded(size, distribution === "squashedGaussian"))
  }
  const id = distribution === "squashedGaussian" ? "sac" : "ppo"
  const algorithm = algorithms.find((a) => a.id === id)
  if (algorithm === undefined) return bad(`the learner ${id} in the catalog`, "none")
  return pipe(
    algorithm.makePolicy(spaces, network),
    E.mapLeft((e) => argumentError({ ...partsOf(e), doing: `read ${name}` })),
    E.map(
      (policy): ImportedPolicy => ({
        by: found.by,
        policy,
        theta: Float64Array.from([...parameters(layers), ...(logStd ?? [])]),
        algorithm: { id, version: algorithm.version },
        environment: { id: found.by, version: "0" },
        tasks: [],
        ...(moments === undefined ? {} : { moments: flat(moments) }),
        ...(found.critic === undefined ? {} : { critic: criticOf(found.critic, activation, returnDeviation) }),
        ...(training === undefined ? {} : { training })
      })
    )
  )
}

const fill = (n: number, value: number): readonly number[] => new Array<number>(n).fill(value)

const box = (n: number, name: string, { low, high }: Pick<Box, "low" | "high">): Box => ({
  _tag: "Box",
  low,
  high,
  names: Array.from({ length: n }, (_, i) => `${name}_${i}`),
  units: new Array<string>(n).fill(""),
  dtype: "float32"
})

const unbounded = (n: number, squashed: boolean): Pick<Box, "low" | "high"> => {
  const end = squashed ? 1 : Number.POSITIVE_INFINITY
  return { low: fill(n, -end), high: fill(n, end) }
}

/** W and b, layer by layer. */
const parameters = (layers: readonly Dense[]): Float64Array =>
  Float64Array.from(layers.flatMap((l) => [...l.weight, ...l.bias]))

/** As policies keep them: count, means, sums of squared deviations. */
const flat = ({ count, mean, variance }: ObservationMoments): Float64Array =>
  Float64Array.from([count, ...mean, ...variance.map((v) => v * count)])

/** Its values in units of reward: of a value that is in parts of a deviation, the last layer is that much larger. */
const criticOf = (
  layers: readonly Dense[],
  activation: NonNullable<FoundPolicy["activation"]>,
  deviation: number
): Critic => ({
  network: mlp({
    inputs: layers[0]!.inputs,
    hidden: layers.slice(0, -1).map((l) => l.outputs),
    outputs: 1,
    activation
  }),
  theta: parameters(layers.map((l, i) => (i === layers.length - 1 && deviation !== 1 ? timesAll(l, deviation) : l)))
})

const timesAll = (layer: Dense, factor: number): Dense => ({
  ...layer,
  weight: Float64Array.from(layer.weight, (w) => factor * w),
  bias: Float64Array.from(layer.bias, (b) => factor * b)
})
