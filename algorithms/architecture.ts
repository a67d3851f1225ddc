/** What an architecture is: a record that makes networks of the configuration's settings. */

import { Result, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, cannot } from "../core/failure/mod.ts"
import type { Network, NetworkSizes, ToldSizes } from "../core/network/mod.ts"
import { refused } from "../core/service/decoding.ts"
import { choice, count, name } from "../core/service/setting.ts"
import { suggestion } from "../core/text/choices.ts"
import { shown } from "../core/text/shown.ts"
import { problemError } from "./error.ts"

/** Settings that architectures have in common. */
export const layerFields = {
  layers: count(0, 64, "hidden layers"),
  width: count(1, 8192, "units in a hidden layer"),
  activation: choice(["tanh", "relu", "sigmoid"], "nonlinearity of the hidden layers")
}

/**
 * What a configuration says of networks, in files and between threads: common settings, and under `options` what is an
 * architecture's own. Every architecture checks its settings.
 */
export const ArchitectureConfig = Schema.Struct({
  id: Schema.optionalKey(
    name(
      "architecture: mlp; multi-head, soft-modules, paco, care, mixture, moore, film, two-column, which must be told their task; or a plugin's; mlp where none is named"
    )
  ),
  ...layerFields,
  options: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Unknown).annotate({
      description: "the architecture's own settings, checked by it"
    })
  )
})
export type ArchitectureConfig = typeof ArchitectureConfig.Type

/** An architecture: a record. One more is one more entry in `algorithms/architectures.ts`, or a plugin's. */
export interface Architecture {
  /** What `network.id` names. */
  readonly id: string
  /** One line for people. */
  readonly summary: string
  /** Errors: `ArgumentError` for settings that it refuses, and for sizes that it has no network of. */
  readonly make: (config: ArchitectureConfig, sizes: NetworkSizes) => E.Either<ArgumentError, Network>
}

/** An architecture as a function from settings, of type C, to networks. */
interface Kind<C, Sizes> {
  readonly id: string
  readonly summary: string
  readonly config: Schema.Codec<C, unknown>
  /** Of the own settings, for those that a configuration leaves out; with it, an option of another name is a mistake. */
  readonly defaults?: Readonly<Record<string, unknown>>
  /** Refuses what no setting says by itself. */
  readonly check?: (config: C, sizes: Sizes) => E.Either<ArgumentError, unknown>
  readonly make: (config: C, sizes: Sizes) => Network
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
export const architecture = <C>(kind: Kind<C, NetworkSizes>): Architecture => {
  const decode = Schema.decodeUnknownResult(kind.config)
  const made = (config: C, sizes: NetworkSizes): Network => ({
    ...kind.make(config, sizes),
    id: kind.id,
    sized: (inputs, outputs) => made(config, { ...sizes, inputs, outputs })
  })
  return {
    id: kind.id,
    summary: kind.summary,
    make: ({ id: _, options = {}, ...common }, sizes) => {
      const { defaults } = kind
      const names = Object.keys(defaults ?? options)
      const stranger = Object.keys(options).find((option) => !names.includes(option))
      if (stranger !== undefined) {
        return cannot("train", `an option of network ${kind.id}`, shown(stranger), suggestion(stranger, names))
      }
      const all = { ...defaults, ...common, ...options }
      const decoded = decode(all)
      if (Result.isFailure(decoded)) {
        const { path, want, got } = refused(decoded.failure, all)
        const [field = ""] = path
        const where = field in common && !(field in options) ? "network" : "network.options"
        return E.left(problemError([where, ...path].join("."), `${want} for ${kind.id}`, got))
      }
      return pipe(
        kind.check?.(decoded.success, sizes) ?? E.right(undefined),
        E.map(() => made(decoded.success, sizes))
      )
    }
  }
}

/** An architecture whose networks must be told their task. */
export const toldArchitecture = <C>({ make, check, ...kind }: Kind<C, ToldSizes>): Architecture => ({
  id: kind.id,
  summary: kind.summary,
  make: (config, sizes) => {
    const { told } = sizes
    if (told === undefined) return mustBeTold(kind.id)
    const whole = architecture<C>({
      ...kind,
      ...(check === undefined ? {} : { check: (c, s) => check(c, { ...s, told }) }),
      make: (c, s) => make(c, { ...s, told })
    })
    return whole.make(config, sizes)
  }
})

/** The refusal of a network that is told no task though it must be. */
export const mustBeTold = (what: string): E.Either<ArgumentError, never> =>
  cannot(
    "train",
    `network.taskOneHot true for ${what}, which must be told its task`,
    "false",
    "set network.taskOneHot=true"
  )
