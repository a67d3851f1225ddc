/** Architectures: what the networks of policies and critics can be, chosen by the configuration's `network.id`. */

import { Result, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../core/failure/mod.ts"
import { mlp, type Network } from "../core/network/mod.ts"
import { misfit } from "../core/service/decoding.ts"
import { choice, count, name } from "../core/service/setting.ts"
import { choices } from "../core/text/choices.ts"
import { clipped } from "../core/text/printable.ts"
import { problemError } from "./error.ts"

/** What every network is given: its place between two sizes. */
export interface NetworkSizes {
  readonly inputs: number
  readonly outputs: number
}

/** Hidden layers of one width. */
const MlpConfig = Schema.Struct({
  layers: count(0, 64, "hidden layers"),
  width: count(1, 8192, "units in a hidden layer"),
  activation: choice(["tanh", "relu"], "nonlinearity of the hidden layers")
})

/**
 * What a configuration says of networks, in files and between threads: common settings, and under `options` what is an
 * architecture's own. Every architecture checks its settings.
 */
export const ArchitectureConfig = Schema.Struct({
  id: Schema.optionalKey(name("architecture: mlp, or a plugin's; mlp where none is named")),
  ...MlpConfig.fields,
  options: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Unknown).annotate({
      description: "the architecture's own settings, checked by it"
    })
  )
})
export type ArchitectureConfig = typeof ArchitectureConfig.Type

/** An architecture: a record. One more is one more entry in {@link architectures}, or a plugin's. */
export interface Architecture {
  /** What `network.id` names. */
  readonly id: string
  /** One line for people. */
  readonly summary: string
  /** Errors: `ArgumentError` for settings that it refuses. */
  readonly make: (config: ArchitectureConfig, sizes: NetworkSizes) => E.Either<ArgumentError, Network>
}

/**
 * An architecture from the schema of its settings: those of the common ones that it has, and its own.
 *
 * @example A network whose layers narrow
 * ```ts
 * import { Schema } from "effect"
 * import { algorithms, network } from "policygradex"
 *
 * const narrowing = algorithms.architecture({
 *   id: "narrowing",
 *   summary: "Hidden layers each half as wide as the one before",
 *   config: Schema.Struct({ activation: Schema.Literals(["tanh", "relu"]), width: Schema.Int, halvings: Schema.Int }),
 *   make: ({ activation, width, halvings }, sizes) => {
 *     const hidden = Array.from({ length: halvings + 1 }, (_, i) => Math.ceil(width / 2 ** i))
 *     return network.mlp({ ...sizes, hidden, activation })
 *   }
 * })
 * narrowing.id // => "narrowing"
 * ```
 */
export const architecture = <C>(kind: {
  readonly id: string
  readonly summary: string
  readonly config: Schema.Codec<C, unknown>
  readonly make: (config: C, sizes: NetworkSizes) => Network
}): Architecture => {
  const decode = Schema.decodeUnknownResult(kind.config)
  const made = (config: C, sizes: NetworkSizes): Network => ({
    ...kind.make(config, sizes),
    id: kind.id,
    sized: (inputs, outputs) => made(config, { inputs, outputs })
  })
  return {
    id: kind.id,
    summary: kind.summary,
    make: ({ id: _, options, ...common }, sizes) => {
      const decoded = decode({ ...common, ...options })
      return Result.isSuccess(decoded)
        ? E.right(made(decoded.success, sizes))
        : E.left(problemError("network", `settings of ${kind.id}`, misfit(decoded.failure)))
    }
  }
}

/** A fully connected network. */
export const mlpArchitecture = architecture({
  id: "mlp",
  summary: "Multilayer perceptron: fully connected hidden layers of one width",
  config: MlpConfig,
  make: ({ layers, width, activation }, sizes) =>
    mlp({ ...sizes, hidden: new Array<number>(layers).fill(width), activation })
})

/** Those that come with the package. */
export const architectures: readonly Architecture[] = [mlpArchitecture]

/** The network that a configuration asks for. Errors: `ArgumentError` for an id that is none, and for settings. */
export const makeNetwork = (
  config: ArchitectureConfig,
  sizes: NetworkSizes,
  known: readonly Architecture[] = architectures
): E.Either<ArgumentError, Network> => {
  const { id = mlpArchitecture.id } = config
  const found = known.find((a) => a.id === id)
  return found === undefined
    ? E.left(
        problemError(
          "network.id",
          `one of ${choices(
            known.map((a) => a.id),
            id
          )}`,
          clipped(id)
        )
      )
    : found.make(config, sizes)
}
