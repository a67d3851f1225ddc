/** Training states to and from text and arrays; a state of another training is refused, with both named. */
import { Option, Predicate, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { Aggregator } from "../core/aggregate/mod.ts"
import { type ArgumentError, cannot } from "../core/failure/mod.ts"
import type { Floats } from "../core/random/mod.ts"
import { jsonText } from "../core/service/decoding.ts"
import { shown, shownOrNothing } from "../core/text/shown.ts"
import { identity } from "../envs/mod.ts"
import type { SavedState, State, TrainingProblem } from "./algorithm.ts"
import { BatchStateData } from "./env_data.ts"

/**
 * What decides a training's numbers beside its state: algorithm, configuration, tasks, sizes; and its length, where
 * something anneals over it: else a training may be resumed to go on for longer than was planned.
 */
export const identityOf = (algorithm: string, config: unknown, problem: TrainingProblem, anneals: boolean) =>
  pipe(
    problem.tasks,
    E.traverseArray(({ id, params, toldAs = id }) =>
      E.map((text: string) => ({ id, is: text, ...(toldAs === id ? {} : { toldAs }) }))(
        identity(problem.environment, params)
      )
    ),
    E.map((tasks) =>
      JSON.stringify({
        algorithm,
        config,
        network: problem.policy.config,
        taskIds: problem.policy.taskIds,
        environmentsPerTask: problem.environmentsPerTask,
        stepsPerTask: problem.stepsPerTask,
        ...(problem.aggregator === undefined ? {} : { aggregator: identityOfAggregator(problem.aggregator) }),
        ...(anneals ? { iterations: problem.iterations } : {}),
        tasks
      })
    )
  )

/** Whatever of a combination decides numbers. */
const identityOfAggregator = ({ id, by, version, config }: Aggregator) => ({
  id,
  by,
  ...(version === undefined ? {} : { version }),
  ...config
})

const Saved = jsonText(
  Schema.Struct({
    identity: Schema.String,
    iteration: Schema.Int,
    steps: Schema.Int,
    environments: BatchStateData,
    streams: Schema.Record(Schema.String, Schema.String)
  })
)

const encode = Schema.encodeSync(Saved)
const decode = Schema.decodeUnknownOption(Saved)

/** The same state as one text and named arrays. */
export const saveState = (s: State, identityText: string): SavedState => ({
  json: encode({
    identity: identityText,
    iteration: s.iteration,
    steps: s.steps,
    environments: s.environments,
    streams: s.streams
  }),
  arrays: {
    policy: s.policy,
    value: s.value,
    observation: s.observation,
    ...(s.moments === undefined ? {} : { moments: s.moments }),
    ...s.arrays
  }
})

/** The state that was saved. Errors: `ArgumentError` naming what is not as this training has it. */
export const loadState = (
  saved: SavedState,
  identityText: string,
  sizes: Readonly<Record<"policy" | "value" | "observation" | "moments", number>>,
  others: readonly string[]
): E.Either<ArgumentError, State> => {
  const bad = (field: string, want: string, got: string) => cannot("load a training state", `${field} ${want}`, got)
  const decoded = decode(saved.json)
  if (decoded._tag === "None") return bad("json", "what save() wrote", shown(saved.json))
  const { identity: was, iteration, steps, environments, streams } = decoded.value
  if (was !== identityText) {
    const { path, want, got } = difference(identityText, was)
    return bad(path.join(".") || "identity", shownOrNothing(want), shownOrNothing(got))
  }
  const arrays: Record<string, Floats> = {}
  for (const name of others) {
    const values = saved.arrays[name]
    if (values === undefined) return bad(`array "${name}"`, "numbers", "nothing")
    arrays[name] = values
  }
  const { policy, value, observation, moments } = saved.arrays
  const main = { policy, value, observation, moments: moments ?? [] }
  for (const name of ["policy", "value", "observation", "moments"] as const) {
    const length = main[name]?.length
    if (length !== sizes[name]) return bad(`array "${name}"`, `${sizes[name]} numbers`, `${length ?? "nothing"}`)
  }
  if (policy === undefined || value === undefined || observation === undefined) return bad("arrays", "all", "some")
  const normalised = moments === undefined ? {} : { moments }
  return E.right({ iteration, steps, policy, value, ...normalised, observation, arrays, environments, streams })
}

const json = Schema.decodeUnknownOption(jsonText(Schema.Unknown))

/** What a text says as JSON; anything else as it is. */
const parse = (x: unknown): unknown => Option.getOrElse(json(x), () => x)

/** The first place at which two identities part, and what stands there; tasks are texts within the text. */
const difference = (
  want: unknown,
  got: unknown,
  path: readonly string[] = []
): { readonly path: readonly string[]; readonly want: unknown; readonly got: unknown } => {
  const [a, b] = [parse(want), parse(got)]
  if (!Predicate.isObjectKeyword(a) || !Predicate.isObjectKeyword(b)) return { path, want: a, got: b }
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  const odd = names.find((name) => JSON.stringify(Reflect.get(a, name)) !== JSON.stringify(Reflect.get(b, name)))
  if (odd === undefined) return { path, want: a, got: b }
  return difference(Reflect.get(a, odd), Reflect.get(b, odd), [...path, odd])
}
