/** The architectures that come with the package, and the network that a configuration asks for. */
import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../core/failure/mod.ts"
import {
  care,
  embeddedMlp,
  film,
  mixture,
  mlp,
  moore,
  multiHead,
  type Network,
  type NetworkSizes,
  paco,
  softModules,
  type ToldSizes,
  textContexts,
  twoColumn
} from "../core/network/mod.ts"
import { choice, count, countOr, flag } from "../core/service/setting.ts"
import { choices, suggestion } from "../core/text/choices.ts"
import { clipped } from "../core/text/printable.ts"
import { shown } from "../core/text/shown.ts"
import {
  type Architecture,
  type ArchitectureConfig,
  architecture,
  layerFields,
  mustBeTold,
  toldArchitecture
} from "./architecture.ts"
import { descriptionOf } from "./descriptions.ts"
import { problemError } from "./error.ts"

/** Where there is nothing without a hidden layer. */
const deepFields = { ...layerFields, layers: count(1, 64, "hidden layers") }

/** Widths one by one, or off. */
const widths = (description: string) =>
  Schema.Union([
    Schema.Literal("off"),
    Schema.Array(count(1, 8192, "units in this hidden layer")).check(Schema.isMaxLength(64))
  ]).annotate({ description })

/** A fully connected network. */
export const mlpArchitecture = architecture({
  id: "mlp",
  summary: "Multilayer perceptron: fully connected hidden layers of one width, or of the widths that are named",
  config: Schema.Struct({
    ...layerFields,
    embedding: countOr("off", 1, 8192, "numbers of a task's learned embedding; off: the one-hot itself"),
    widths: widths("units of each hidden layer, first to last; off: layers of one width"),
    layerNorm: flag("sums of hidden layers are normalised before their nonlinearity, row by row")
  }),
  defaults: { embedding: "off", widths: "off", layerNorm: false },
  check: ({ embedding }, { told }) =>
    embedding === "off" || told !== undefined ? E.right(undefined) : mustBeTold("network.options.embedding"),
  make: ({ layers, width, activation, embedding, widths: named, layerNorm }, { told, ...sizes }) => {
    const hidden = named === "off" ? new Array<number>(layers).fill(width) : named
    // Left out where it is not: networks without it are as they were before there was any.
    const normed = layerNorm ? { layerNorm } : {}
    return embedding === "off" || told === undefined
      ? mlp({ ...sizes, hidden, activation, ...normed })
      : embeddedMlp({ hidden, activation, embedding, ...normed }, { ...sizes, told })
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
  config: Schema.Struct({ ...deepFields, embedding: count(1, 8192, "numbers of a task's learned embedding") }),
  defaults: { embedding: 50 },
  make: film
})

const twoColumnArchitecture = toldArchitecture({
  id: "two-column",
  summary: "Two columns: a network that all tasks share, and one of each task's own added to it (Distral's)",
  config: Schema.Struct({
    ...layerFields,
    own: countOr("width", 1, 8192, "units in a hidden layer of a task's own column, or as wide as the shared ones")
  }),
  defaults: { own: "width" },
  make: twoColumn
})

const softModulesArchitecture = toldArchitecture({
  id: "soft-modules",
  summary: "Soft modularization: layers of modules, and a network that routes between them by state and task",
  config: Schema.Struct({
    ...deepFields,
    modules: count(1, 64, "n, modules in a layer"),
    embedding: count(1, 8192, "D, numbers of the embeddings of state and task"),
    routing: count(1, 8192, "units in a hidden layer of the routing network")
  }),
  defaults: { modules: 2, embedding: 400, routing: 256 },
  make: softModules
})

const pacoArchitecture = toldArchitecture({
  id: "paco",
  summary: "Parameter-compositional: every task's parameters are a combination of a few sets of them",
  config: Schema.Struct({ ...layerFields, sets: count(1, 1000, "K, sets of parameters") }),
  defaults: { sets: 5 },
  make: paco
})

const careArchitecture = toldArchitecture({
  id: "care",
  summary: "Contextual attention: encoders of the state, weighed by attention to the task",
  config: Schema.Struct({
    ...layerFields,
    experts: count(1, 1000, "k, encoders of the state"),
    embedding: count(1, 8192, "numbers of the context and of an encoding"),
    encoderLayers: count(0, 64, "hidden layers of an encoder, of the context's and of the attention's network"),
    encoderWidth: count(1, 8192, "units in such a layer"),
    context: choice(
      ["learned", "text"],
      "what the context starts from: a learned vector of every task; or, of tasks that are described, a vector of the text"
    ),
    descriptions: Schema.Record(Schema.String, Schema.String).annotate({
      description: "texts by task, or by what stands before the first comma of its id; Meta-World's MT10 have some"
    })
  }),
  defaults: { experts: 6, embedding: 50, encoderLayers: 2, encoderWidth: 50, context: "learned", descriptions: {} },
  check: ({ context, descriptions }, { told: { ids = [] } }) => {
    if (context === "learned") {
      const given = Object.keys(descriptions)
      if (given.length === 0) return E.right(undefined)
      return E.left(problemError("network.options.context", "text, to read descriptions", "learned"))
    }
    if (ids.some((id) => descriptionOf(id, descriptions) !== undefined)) return E.right(undefined)
    const want = `texts for some of the tasks (${choices(ids)}), as network.options.context is text`
    const of = Object.keys(descriptions).map(shown).join(", ")
    return E.left(problemError("network.options.descriptions", want, of === "" ? "none" : `texts for ${of} alone`))
  },
  make: ({ context, descriptions, ...config }, sizes) =>
    care(
      context === "text" ? { ...config, contexts: contextsOf(sizes, descriptions, config.embedding) } : config,
      sizes
    )
})

/** Of every task that is described a vector of its text. */
const contextsOf = (
  { told: { ids = [] } }: ToldSizes,
  descriptions: Readonly<Record<string, string>>,
  width: number
) => {
  const texts = ids.map((id) => descriptionOf(id, descriptions))
  const known = texts.filter((text) => text !== undefined)
  const vectors = textContexts(known, width)
  return texts.map((text) => (text === undefined ? undefined : Array.from(vectors[known.indexOf(text)] ?? [])))
}

const mixtureArchitecture = toldArchitecture({
  id: "mixture",
  summary: "Mixture of experts: hidden layers of their own, weighed by state and task",
  config: Schema.Struct({ ...deepFields, experts: count(1, 1000, "experts") }),
  defaults: { experts: 4 },
  make: mixture
})

const mooreArchitecture = toldArchitecture({
  id: "moore",
  summary:
    "Mixture of orthogonal experts: their representations made orthogonal, combined by the task; a head for each",
  config: Schema.Struct({ ...deepFields, experts: count(1, 1000, "k, experts: at most as many as width") }),
  defaults: { experts: 4 },
  check: ({ experts, width }) =>
    experts <= width
      ? E.right(undefined)
      : E.left(
          problemError("network.options.experts", `at most network.width, ${width}, to be orthogonal`, `${experts}`)
        ),
  make: moore
})

/** Those that come with the package. */
export const architectures: readonly Architecture[] = [
  mlpArchitecture,
  multiHeadArchitecture,
  softModulesArchitecture,
  pacoArchitecture,
  careArchitecture,
  mixtureArchitecture,
  mooreArchitecture,
  filmArchitecture,
  twoColumnArchitecture
]

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
