/** Stage: the tasks' groups, and those of other affinities to compare them with. */

import { Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { type GroupCount, partitionValue, randomGroups } from "../../core/grouping/mod.ts"
import { child, type Key, stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { Affinity } from "../../core/surrogate/mod.ts"
import type { StageContext } from "./context.ts"
import type { Decided } from "./deciding.ts"
import { decide, noWorth } from "./decision.ts"
import { type Grouped, groupBy, labelsOf, rowsOf, WORTH } from "./group_by.ts"
import { inOneGroup, whyArbitrary } from "./indifferent.ts"
import { Labels } from "./schemas.ts"
import { single } from "./stage.ts"
import type { Worth } from "./surrogate/predict.ts"

export interface GroupingInput {
  readonly taskIds: readonly string[]
  /** Of each task, at θ★. */
  readonly gradients: readonly ArrayLike<number>[]
  readonly affinities: Readonly<Record<"centred" | "gain" | "eq5" | "cosine", Affinity>>
  /** Whose groups are trained. */
  readonly chosen: "centred" | "gain" | "eq5"
  readonly method: string
  readonly count: GroupCount
  /** Of one more policy, with the method `worth`. */
  readonly price?: number
  /** What every number of policies is predicted to be worth, for that method. */
  readonly worth?: Worth
  readonly key: Key
}

/** The groups, and what is certified of them; fields as in `Grouping`. */
export const TaskGroups = Schema.Struct({
  method: Schema.String,
  k: Schema.Int,
  objective: Schema.NullOr(Schema.Number),
  bound: Schema.NullOr(Schema.Number),
  roundedObjective: Schema.Number,
  warnings: Schema.Array(Schema.String),
  /** Why any groups would be arbitrary, where nothing tells the tasks apart; then all are one. */
  indifference: Schema.optionalKey(Schema.String),
  /** Whether the prediction tells numbers of policies apart, with the method `worth`; fields as in `Decision`. */
  decision: Schema.optionalKey(
    Schema.Struct({ certainty: Schema.Literals(["clear", "equal", "open"]), text: Schema.String })
  ),
  /** A group's number for each task: by the chosen affinity, by each of them, and at random. */
  labels: Schema.Struct({
    chosen: Labels,
    centred: Labels,
    gain: Labels,
    eq5: Labels,
    cosine: Labels,
    random: Labels
  })
})
export type TaskGroups = typeof TaskGroups.Type

/** The same, but that the groups are those that trainings decided for; what else is compared is of as many groups. */
export const regrouped = (
  { affinities, chosen, key }: Pick<GroupingInput, "affinities" | "chosen" | "key">,
  split: TaskGroups,
  { k, labels, certain }: Pick<Decided, "k" | "labels" | "certain">
): TaskGroups => {
  const { n, values } = affinities[chosen]
  return {
    ...split,
    k,
    decision: { certainty: certain ? "clear" : "open", text: "" },
    roundedObjective: partitionValue(n, values, labels, k),
    labels: { chosen: labels, ...comparedLabels({ affinities, key }, k) }
  }
}

/** As many groups by each affinity, and at random. */
const comparedLabels = (
  { affinities, key }: Pick<GroupingInput, "affinities" | "key">,
  k: number
): Omit<TaskGroups["labels"], "chosen"> => {
  const by = (name: keyof typeof affinities) => labelsOf(affinities[name], k, stream(child(key, "rounding")))
  const n = affinities.cosine.n
  return {
    centred: by("centred"),
    gain: by("gain"),
    eq5: by("eq5"),
    cosine: by("cosine"),
    random: Array.from(randomGroups(n, k, stream(child(key, "random groups"))))
  }
}

type Split = Pick<Grouped, "k" | "labels" | "objective" | "bound" | "roundedObjective" | "warnings"> &
  Pick<TaskGroups, "decision">

const byWorth = ({ worth, count, price, affinities, chosen }: GroupingInput): E.Either<ArgumentError, Split> => {
  if (worth === undefined) return noWorth("none")
  const { point, certainty, text } = decide(worth, { k: count.k ?? "auto", price })
  const { n, values } = affinities[chosen]
  return E.right({
    k: point.k,
    labels: point.labels,
    objective: null,
    bound: null,
    roundedObjective: partitionValue(n, values, point.labels, point.k),
    warnings: [],
    decision: { certainty, text }
  })
}

/** The groups that are asked for, and those that they are compared with. */
export const groupTasks = (groupings: StageContext["groupings"]) =>
  Effect.fnUntraced(function* (input: GroupingInput): Effect.fn.Return<TaskGroups, ArgumentError> {
    const { gradients, affinities, chosen, method, count, key } = input
    const undecided = whyArbitrary(gradients, method === WORTH ? undefined : affinities[chosen])
    if (undecided !== undefined) return inOneGroup(method, affinities[chosen], undecided)
    const rows = rowsOf(affinities[chosen])
    const request = { ...count, method, stream: stream(child(key, "rounding")) }
    const split: E.Either<ArgumentError, Split> = method === WORTH ? byWorth(input) : groupBy(rows, request, groupings)
    const { k, labels, ...rest } = yield* fromEither(split)
    const { objective, bound, roundedObjective, warnings, decision } = rest
    return {
      method,
      k,
      objective,
      bound,
      roundedObjective,
      warnings,
      ...(decision === undefined ? {} : { decision }),
      labels: { chosen: labels, ...comparedLabels(input, k) }
    }
  })

export const grouping = ({ groupings }: Pick<StageContext, "groupings">) =>
  single({
    name: "grouping",
    result: TaskGroups,
    run: groupTasks(groupings),
    save: Effect.fnUntraced(function* ({ taskIds }, { k, labels }) {
      const store = yield* RunStore
      yield* store.put("grouping", "groups", { kind: "json", value: { k, tasks: taskIds, labels } })
    })
  })
