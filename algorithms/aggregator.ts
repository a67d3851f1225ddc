/** Combinations of task gradients by name: what `aggregator.id` chooses. */
import { Result, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import {
  type Aggregator,
  aggregators,
  caGrad,
  caGradDefaults,
  dwa,
  dwaDefaults,
  famo,
  famoDefaults,
  gradVac,
  gradVacDefaults,
  uncertainty,
  uncertaintyDefaults
} from "../core/aggregate/mod.ts"
import { type ArgumentError, cannot } from "../core/failure/mod.ts"
import { refused } from "../core/service/decoding.ts"
import { name, number } from "../core/service/setting.ts"
import { choices, suggestion } from "../core/text/choices.ts"
import { shown } from "../core/text/shown.ts"
import { strict } from "./settings.ts"

/** No combination: the mean loss over all transitions. */
export const NO_AGGREGATOR = "off"

/** What a configuration says of combining task gradients, in files and between threads. */
export const AggregatorConfig = Schema.Struct({
  id: name(
    `how the gradients of tasks that are trained together become one: ${aggregators.map((a) => a.id).join(", ")}; ` +
      `${NO_AGGREGATOR}: the mean loss over all transitions`
  ),
  options: Schema.Record(Schema.String, Schema.Unknown).annotate({
    description: "the method's own settings, checked by it"
  })
})
export type AggregatorConfig = typeof AggregatorConfig.Type

/** A method with settings: one more is one more entry in `methods`. */
interface Method {
  readonly id: string
  readonly make: (options: AggregatorConfig["options"]) => E.Either<ArgumentError, Aggregator>
}

const method = <C extends object>(
  schema: Schema.Codec<C, unknown>,
  defaults: NoInfer<C>,
  make: (config: C) => Aggregator
): Method => {
  const { id } = make(defaults)
  const decode = Schema.decodeUnknownResult(schema, strict)
  return {
    id,
    make: (options) => {
      const odd = Object.keys(options).find((key) => !(key in defaults))
      if (odd !== undefined) {
        const fix = suggestion(odd, Object.keys(defaults))
        return cannot("use aggregator.options", `a setting of ${id}`, shown(odd), fix)
      }
      const all = { ...defaults, ...options }
      const decoded = decode(all)
      if (Result.isSuccess(decoded)) return E.right(make(decoded.success))
      const { path, want, got } = refused(decoded.failure, all)
      return cannot(`use ${["aggregator.options", ...path].join(".")}`, want, got)
    }
  }
}

/** What `aggregator.id` may be, with others beside the package's own. */
export const aggregatorIds = (others: readonly Aggregator[] = []): readonly string[] => [
  NO_AGGREGATOR,
  ...[...aggregators, ...others].map((a) => a.id)
]

const rate = number(1e-8, 10, "Adam's step size on what the method learns")

const methods: readonly Method[] = [
  method(Schema.Struct({ beta: number(0, 1, "β of the running mean of similarities") }), gradVacDefaults, gradVac),
  method(
    Schema.Struct({ c: number(0, 100, "radius of the ball around the mean gradient, beside its length") }),
    caGradDefaults,
    caGrad
  ),
  method(
    Schema.Struct({ learningRate: rate, decay: number(0, 10, "draws the weights back to even ones") }),
    famoDefaults,
    famo
  ),
  method(Schema.Struct({ temperature: number(1e-3, 1e6, "the larger, the more even the weights") }), dwaDefaults, dwa),
  method(Schema.Struct({ learningRate: rate }), uncertaintyDefaults, uncertainty)
]

/**
 * The combination that a configuration asks for, of the package's own and others; undefined for none.
 *
 * - Errors: `ArgumentError` for an id that is none, and for settings.
 */
export const makeAggregator = (
  { id, options }: AggregatorConfig,
  others: readonly Aggregator[] = []
): E.Either<ArgumentError, Aggregator | undefined> => {
  const ids = aggregatorIds(others)
  const [option] = Object.keys(options)
  if (id === NO_AGGREGATOR) {
    if (option === undefined) return E.right(undefined)
    const fix = `choose a combination with aggregator.id: ${ids.filter((one) => one !== NO_AGGREGATOR).join(", ")}`
    return cannot("use aggregator.options", `none with aggregator.id ${NO_AGGREGATOR}`, shown(option), fix)
  }
  const found = methods.find((m) => m.id === id)
  if (found !== undefined) return found.make(options)
  const plain = [...aggregators, ...others].find((a) => a.id === id)
  if (plain === undefined)
    return cannot("use aggregator.id", `one of ${choices(ids, id)}`, shown(id), suggestion(id, ids))
  return option === undefined
    ? E.right(plain)
    : cannot("use aggregator.options", `none: ${id} has no settings`, shown(option))
}
