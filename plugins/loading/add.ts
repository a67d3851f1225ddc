/** What there is with one more plugin: all of what it contributes, or nothing and a problem. */

import { aggregatorIds, architectures } from "../../algorithms/internal.ts"
import type { Algorithm, Architecture } from "../../algorithms/mod.ts"
import type { Aggregator } from "../../core/aggregate/mod.ts"
import { shown } from "../../core/text/shown.ts"
import type { Registry } from "../../envs/mod.ts"
import { groupingIds } from "../../pipeline/internal.ts"
import type { GroupingPlugin } from "../../pipeline/mod.ts"
import { contributions, type Plugin } from "./define.ts"
import { issueError, type PluginError } from "./error.ts"
import { guardedEnvironment, guardedFamily, guardedGrouping } from "./guard.ts"
import type { LoggerPlugin } from "./loggers.ts"

/** What receipts say of a plugin. */
export interface PluginReceipt {
  readonly name: string
  readonly version: string
  /** As it was asked for. */
  readonly from: string
  /** Of the module and all that it imports by path. */
  readonly sha256: string
}

/** A plugin in use. */
export interface LoadedPlugin extends PluginReceipt {
  readonly file: string
  readonly plugin: Plugin
}

/** All that a run can name, and the plugins that it came from. */
export interface Loaded {
  readonly registry: Registry
  readonly algorithms: readonly Algorithm<unknown>[]
  readonly architectures: readonly Architecture[]
  readonly aggregators: readonly Aggregator[]
  readonly groupings: readonly GroupingPlugin[]
  readonly loggers: readonly LoggerPlugin[]
  readonly plugins: readonly LoadedPlugin[]
  /** What is wrong with the plugins that are not in use. */
  readonly problems: readonly PluginError[]
}

/** With the plugin, or with what keeps it out. */
export const added = (loaded: Loaded, one: LoadedPlugin, ownAlgorithms: readonly string[]): Loaded => {
  const problem = clashOf(loaded, one, ownAlgorithms) ?? orphanOf(loaded, one)
  if (problem !== undefined) return { ...loaded, problems: [...loaded.problems, problem] }
  const {
    name,
    environments = [],
    families = [],
    algorithms = [],
    architectures: networks = [],
    aggregators = [],
    groupings = [],
    loggers = []
  } = one.plugin
  const guarded = environments.map((e) => guardedEnvironment(e, name))
  const inGuarded = families.map((f) =>
    guardedFamily(f, guarded.find((e) => e.id === f.environment.id) ?? f.environment, name)
  )
  const { registry } = loaded
  return {
    registry: {
      ...registry,
      environments: [...registry.environments, ...guarded],
      families: [...registry.families, ...inGuarded]
    },
    algorithms: [...loaded.algorithms, ...algorithms],
    architectures: [...loaded.architectures, ...networks],
    aggregators: [...loaded.aggregators, ...aggregators],
    groupings: [...loaded.groupings, ...groupings.map((g) => guardedGrouping(g, name))],
    loggers: [...loaded.loggers, ...loggers],
    plugins: [...loaded.plugins, one],
    problems: loaded.problems
  }
}

/** An id that something has already. */
const clashOf = (loaded: Loaded, { plugin, from }: LoadedPlugin, ownAlgorithms: readonly string[]) => {
  const taken: Readonly<Record<(typeof contributions)[number], readonly string[]>> = {
    environments: loaded.registry.environments.map((e) => e.id),
    families: loaded.registry.families.map((f) => f.id),
    algorithms: [...ownAlgorithms, ...loaded.algorithms.map((a) => a.id)],
    architectures: [...architectures, ...loaded.architectures].map((a) => a.id),
    aggregators: aggregatorIds(loaded.aggregators),
    groupings: groupingIds(loaded.groupings),
    loggers: loaded.loggers.map((l) => l.id)
  }
  for (const kind of contributions) {
    const both = plugin[kind]?.find(({ id }) => taken[kind].includes(id))
    if (both === undefined) continue
    const holder = loaded.plugins.find((p) => p.plugin[kind]?.some(({ id }) => id === both.id))
    const whose = holder === undefined ? "comes with policygradex" : `plugin ${holder.from} has`
    const got = `${shown(both.id)}, which ${whose}`
    return issueError(from, { field: `${kind} ${both.id}`, want: "an id that nothing else has", got, fix: "rename it" })
  }
  return undefined
}

/** A family whose environment nobody would find. */
const orphanOf = ({ registry }: Loaded, { plugin, from }: LoadedPlugin) => {
  const all = [...registry.environments, ...(plugin.environments ?? [])]
  const orphan = plugin.families?.find(
    ({ environment: e }) => !all.some((x) => x.id === e.id && x.version === e.version)
  )
  if (orphan === undefined) return undefined
  const { id } = orphan.environment
  return issueError(from, {
    field: `environment of family ${orphan.id}`,
    want: "an environment of this plugin or of the package",
    got: id,
    fix: `add ${id} to environments`
  })
}

/** The code of plugins in use, by `plugin NAME`: beside this package, what a run's numbers depend on. */
export const versionsOf = ({ plugins }: Pick<Loaded, "plugins">): Readonly<Record<string, string>> =>
  Object.fromEntries(plugins.map(({ name, sha256 }) => [`plugin ${name}`, sha256]))
