/** The architectures that come with the package, and the network that a configuration asks for. */
import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../core/failure/mod.ts"
import { embeddedMlp, film, mlp, multiHead, type Network, type NetworkSizes } from "../core/network/mod.ts"
import { count, countOr } from "../core/service/setting.ts"
import { choices, suggestion } from "../core/text/choices.ts"
import { clipped } from "../core/text/printable.ts"
import {
  type Architecture,
  type ArchitectureConfig,
  architecture,
  layerFields,
  mustBeTold,
  toldArchitecture
} from "./architecture.ts"
import { problemError } from "./error.ts"

/** A fully connected network. */
export const mlpArchitecture = architecture({
  id: "mlp",
  summary: "Multilayer perceptron: fully connected hidden layers of one width",
  config: Schema.Struct({
    ...layerFields,
    embedding: countOr("off", 1, 8192, "numbers of a task's learned embedding; off: the one-hot itself")
  }),
  defaults: { embedding: "off" },
  check: ({ embedding }, { told }) =>
    embedding === "off" || told !== undefined ? E.right(undefined) : mustBeTold("network.options.embedding"),
  make: ({ layers, width, activation, embedding }, { told, ...sizes }) => {
    const hidden = new Array<number>(layers).fill(width)
    return embedding === "off" || told === undefined
      ? mlp({ ...sizes, hidden, activation })
      : embeddedMlp({ hidden, activation, embedding }, { ...sizes, told })
  }
})

const multiHeadArchitecture = toldArchitecture({
  id: "multi-head",
  summary: "Multi-head: hidden layers that tasks share, and a last layer for each",
  config: Schema.Struct({ ...layerFields, heads: countOr("tasks", 1, 10_000, "heads: as many as there are tasks") }),
  defaults: { heads: "tasks" },
  check: ({ heads }, { told: { tasks } }) =>
    heads === "tasks" || heads === tasks
      ? E.right(undefined)
      : E.left(problemError("network.options.heads", `tasks, or ${tasks}, a head for each task`, String(heads))),
  make: multiHead
})

const filmArchitecture = toldArchitecture({
  id: "film",
  summary: "Feature-wise linear modulation: the task scales and shifts every hidden feature",
  config: Schema.Struct({ ...layerFields, embedding: count(1, 8192, "numbers of a task's learned embedding") }),
  defaults: { embedding: 50 },
  make: film
})

/** Those that come with the package. */
export const architectures: readonly Architecture[] = [mlpArchitecture, multiHeadArchitecture, filmArchitecture]

/** The network that a configuration asks for. Errors: `ArgumentError` for an id that is none, and for settings. */
export const makeNetwork = (
  config: ArchitectureConfig,
  sizes: NetworkSizes,
  known: readonly Architecture[] = architectures
): E.Either<ArgumentError, Network> => {
  const { id = mlpArchitecture.id } = config
  const found = known.find((a) => a.id === id)
  if (found !== undefined) return found.make(config, sizes)
  const ids = known.map((a) => a.id)
  return cannot("train", `network.id one of ${choices(ids, id)}`, clipped(id), suggestion(id, ids))
}
