/** A contender on a ground, made ready: tasks, networks of the right width, and how all of it is known again. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { mergeSettings, optionsFor, widthFor } from "../../algorithms/internal.ts"
import { aggregators } from "../../core/aggregate/mod.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import { intend, settingOf, type TrainingSpec } from "../../pipeline/mod.ts"
import { digest } from "../../plugins/io/digest.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import type { Contender } from "./contenders.ts"
import type { Ground } from "./grounds.ts"

/** A ground with its tasks. */
export interface Opened extends Effect.Success<ReturnType<typeof open>> {}

/** The ground's tasks, and what trains one policy on all of them. Errors: `ArgumentError` where its assets are missing. */
export const open = Effect.fn("bench.open")(function* (ground: Ground) {
  const { tasks, spec, setting } = yield* intend(ground.config, catalog)
  return { ground, tasks, spec, setting }
})

/** What a search for groups or a training starts from. */
export interface Prepared extends Opened {
  readonly key: ReturnType<typeof child>
  readonly iterations: number
  readonly file: string
}

/** What a training is of: a ground, a seed, a length. */
export interface Asked {
  readonly opened: Opened
  readonly seed: number
  readonly iterations: number
  /** Stem of the files that are kept while it is under way. */
  readonly stem: string
}

/** Iterations of a whole training on a ground. */
export const iterationsOf = ({ config, steps }: Ground): number =>
  Math.max(1, Math.round(steps / config.meta.stepsPerTask))

/** The key of everything on a ground from a seed. */
export const keyOf = ({ opened, seed }: Pick<Asked, "opened" | "seed">) =>
  child(zeroKey, "multitask", opened.ground.name, seed)

type Network = Pick<Contender, "id" | "told" | "options">

/** A network of that architecture and width, told the task or not. */
const networkOf = ({ spec }: Opened, { id, told, options }: Network, width: number) => ({
  ...spec.network,
  id,
  width,
  taskOneHot: told,
  options: { ...optionsFor(id, width), ...options }
})

/** Parameters of such a policy; none where the settings do not go together. */
const sizeOf = (o: Opened, who: Network, width: number): number => {
  const made = o.setting.algorithm.makePolicy(o.setting.environment, networkOf(o, who, width), o.spec.taskIds)
  return E.isRight(made) ? made.right.size : 0
}

/** The width with which so many policies of a contender together have as many parameters as its `as` says. */
export const widthOf = (o: Opened, c: Contender, policies: number): number => {
  const own = o.ground.config.network.width
  if (c.id === c.as && c.told && policies === 1) return own
  const wanted = sizeOf(o, { id: c.as, told: true }, own)
  return widthFor((width) => policies * sizeOf(o, c, width), wanted)
}

/** What trains a contender's policies at this width. */
export const settingFor = (o: Opened, c: Contender, width: number) => settingOf(specFor(o, c, width), catalog)

const specFor = (o: Opened, c: Contender, width: number): TrainingSpec => {
  const { aggregator: _, ...spec } = o.spec
  return {
    ...spec,
    algorithmConfig: mergeSettings(spec.algorithmConfig, c.learner?.[spec.algorithm] ?? {}),
    network: networkOf(o, c, width),
    episodes: o.ground.episodes,
    ...(c.aggregator === "off" ? {} : { aggregator: { id: c.aggregator, options: {} } })
  }
}

/** A short digest of all that a training's numbers depend on, but for its seed. */
export const askedOf = (o: Opened, what: Contender | "groups", iterations: number): string => {
  const { algorithm, environment } = o.setting
  const combining = what === "groups" ? undefined : aggregators.find((a) => a.id === what.aggregator)?.version
  const versions = [algorithm.version, environment.version, ...(combining === undefined ? [] : [combining])]
  const { name: _, ...sizes } = o.ground
  return digest(
    new TextEncoder().encode(JSON.stringify([o.spec, o.tasks, versions, sizes.points, what, iterations]))
  ).slice(0, 12)
}
