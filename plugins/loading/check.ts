/** All that is wrong with a plugin: the contract, its ids, and the laws of everything in it. */
import { resolve } from "node:path"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { aggregatorLaws } from "../../core/aggregate/mod.ts"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import type { Before } from "../../envs/internal.ts"
import {
  type Environment,
  environmentFindings,
  type Finding,
  familyFindings,
  lawsOf,
  makeRows,
  type Registry,
  sample,
  taskBatch
} from "../../envs/mod.ts"
import { LOGGER_LAWS, loggerFindings } from "./check_loggers.ts"
import { aggregatorFindings, algorithmFindings, algorithmLawCount, groupingFindings } from "./check_others.ts"
import type { Plugin } from "./define.ts"
import { loadPlugins, readModule } from "./load.ts"
import { LOADING, type PluginReport, type Subject } from "./report.ts"
import { isPlugin, pluginIssues } from "./validate.ts"

/**
 * Checks one plugin against the registry that it would be added to.
 *
 * - Errors: `PluginError` for a module that does not load.
 */
export const checkPlugin = Effect.fn("plugins.check")(function* (
  name: string,
  registry: Registry,
  base: string = resolve("."),
  before: Before = () => {}
) {
  before(name, LOADING)
  const { value, from, sha256 } = yield* readModule(name, base)
  const contract = pluginIssues(value).map(({ field, want, got, fix }) => ({
    subject: name,
    law: `the contract${field === "" ? "" : `: ${field}`}`,
    found: `want ${want}, got ${got}`,
    fix,
    advice: false
  }))
  if (!isPlugin(value)) return { plugin: null, subjects: [], findings: contract } satisfies PluginReport
  const plugin = { name: value.name, version: value.version, from, sha256 }
  const { problems } = yield* loadPlugins(registry, [name], { base })
  const ids = problems.map(({ field, want, got, fix }) => ({
    subject: name,
    law: `its place among the others: ${field}`,
    found: `want ${want}, got ${got}`,
    fix,
    advice: false
  }))
  const own = [...findingsOf(value, before), ...(yield* otherFindings(value, before))]
  before(name, "its speed can be measured")
  const subjects = [...subjectsOf(value, own), ...otherSubjects(value)]
  return { plugin, subjects, findings: [...ids, ...own] } satisfies PluginReport
})

const findingsOf = ({ environments = [], families = [] }: Plugin, before: Before): readonly Finding[] => [
  ...environments.flatMap((e) => environmentFindings(e, before)),
  ...families.flatMap((f) => familyFindings(f, before))
]

const otherFindings = Effect.fnUntraced(function* (
  { algorithms = [], aggregators = [], groupings = [], loggers = [] }: Plugin,
  before: Before
) {
  const learners = yield* Effect.forEach(algorithms, (a) => algorithmFindings(a, before))
  const told = yield* Effect.forEach(loggers, (l) => loggerFindings(l, before))
  return [
    ...groupings.flatMap(groupingFindings),
    ...aggregators.flatMap(aggregatorFindings),
    ...learners.flat(),
    ...told.flat()
  ]
})

const otherSubjects = ({
  algorithms = [],
  aggregators = [],
  groupings = [],
  loggers = []
}: Plugin): readonly Subject[] => [
  ...groupings.map(({ id }): Subject => ({ id, kind: "grouping", laws: GROUPING_LAWS, stepsPerSecond: null })),
  ...aggregators.map(
    (a): Subject => ({ id: a.id, kind: "aggregator", laws: aggregatorLaws(a).length, stepsPerSecond: null })
  ),
  ...algorithms.map(
    (a): Subject => ({ id: a.id, kind: "algorithm", laws: algorithmLawCount(a), stepsPerSecond: null })
  ),
  ...loggers.map(({ id }): Subject => ({ id, kind: "logger", laws: LOGGER_LAWS, stepsPerSecond: null }))
]

const subjectsOf = ({ environments = [], families = [] }: Plugin, findings: readonly Finding[]): readonly Subject[] => [
  ...environments.map((env): Subject => {
    const sound = !findings.some((f) => f.subject === env.id && / throws /.test(f.found))
    const laws = lawsOf({ environments: [env] }).length
    return { id: env.id, kind: "environment", laws, stepsPerSecond: sound ? stepsPerSecond(env) : null }
  }),
  ...families.map(
    (f): Subject => ({ id: f.id, kind: "family", laws: lawsOf({ families: [f] }).length, stepsPerSecond: null })
  )
]

const GROUPING_LAWS = 4
const BATCH = 16
const SECONDS = 0.15

/** The fastest of many short runs of a batch under random actions: others on the machine only slow it down. */
const stepsPerSecond = (env: Environment): number | null => {
  const made = taskBatch(env, [{ id: "speed", params: {} }], BATCH, child(zeroKey, "speed"))
  if (E.isLeft(made)) return null
  const batch = made.right
  const rows = makeRows(BATCH, batch.observationSize)
  const actions = new Float64Array(64 * BATCH * batch.actionSize)
  const source = stream(child(zeroKey, "speed actions"))
  for (let i = 0; i < 64 * BATCH; i++) sample(env.action, source, actions, i * batch.actionSize)
  batch.reset(rows.observation)
  const end = performance.now() + 1000 * SECONDS
  let best = 0
  for (let now = performance.now(); now < end; ) {
    for (let t = 0; t < 64; t++) batch.step(actions, rows, 0, t * BATCH)
    const after = performance.now()
    if (after > now) best = Math.max(best, (64 * BATCH * 1000) / (after - now))
    now = after
  }
  batch.remote?.close()
  return Number(best.toPrecision(3))
}
