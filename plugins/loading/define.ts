/** The contract of a plugin module: a record of what it contributes, as the module's default export. */
import type { Algorithm, Architecture } from "../../algorithms/mod.ts"
import type { Aggregator } from "../../core/aggregate/mod.ts"
import type { Environment, Family } from "../../envs/mod.ts"
import type { GroupingPlugin } from "../../pipeline/mod.ts"
import type { LoggerPlugin } from "./loggers.ts"

/** The contract that this package reads. It rises when plugins must be changed. */
export const contractVersion = 1

/** What a plugin contributes; every list may be left out. */
export interface Plugin {
  /** The contract it was written for: {@link contractVersion} of that time. */
  readonly policygradex: number
  /** Of the plugin, for messages and receipts. */
  readonly name: string
  /** Of the plugin; rises whenever numbers change. */
  readonly version: string
  readonly environments?: readonly Environment[]
  /** Each plays in one of `environments`, or in one that comes with the package. */
  readonly families?: readonly Family[]
  /** Configurations are checked by each algorithm's own schema; `untyped` makes one of any algorithm. */
  readonly algorithms?: readonly Algorithm<unknown>[]
  /** What `network.id` may name; `architecture` makes one of a schema and a network. */
  readonly architectures?: readonly Architecture[]
  /** What `aggregator.id` may name, with settings of their own; `aggregate.aggregator` makes one of its weights. */
  readonly aggregators?: readonly Aggregator[]
  readonly groupings?: readonly GroupingPlugin[]
  readonly loggers?: readonly LoggerPlugin[]
}

/** The lists of a plugin, whose entries have ids. */
export const contributions = [
  "environments",
  "families",
  "algorithms",
  "architectures",
  "aggregators",
  "groupings",
  "loggers"
] as const satisfies readonly (keyof Plugin)[]

/**
 * A plugin, checked by the type checker; everything else is checked when it is loaded.
 *
 * @example
 * ```ts
 * import { definePlugin, envs } from "policygradex"
 *
 * const short = { ...envs.cartPole, id: "ShortCartPole-v1", maxEpisodeSteps: 50 }
 * export default definePlugin({ policygradex: 1, name: "short-poles", version: "0.1.0", environments: [short] })
 * ```
 */
export const definePlugin = (plugin: Plugin): Plugin => plugin
