/** One item of a job as a durable activity: what it is, what names it, who does it. */
import { Effect, Option, Schema } from "effect"
import { Activity, Workflow } from "effect/workflow"
import type { LearnerError } from "../../algorithms/mod.ts"
import { isFailure } from "../../core/failure/mod.ts"
import { monotonicSeconds } from "../../core/service/monotonic.ts"
import type { RunStoreError } from "../../core/service/run_store.ts"
import { type SessionKind, sessionKinds } from "../../pipeline/internal.ts"
import { digest } from "../io/digest.ts"
import { pack } from "../io/packed.ts"
import { PluginFailure } from "../loading/mod.ts"
import { Failed } from "../workers/internal.ts"
import type { Content } from "./content.ts"
import type { Journal } from "./journal.ts"

/** What decides an item's result, to the last bit: equal work has equal fields. */
export const Work = Schema.Struct({
  job: Schema.String,
  /** Content: the job's setting, and the item. */
  setting: Schema.String,
  item: Schema.String,
  /** What computes, as its numbers go: the session's kind, and the machine where bits depend on it. */
  numerics: Schema.String,
  /** Versions of what computes beside that: of this package, and by digest of the plugins. */
  code: Schema.Record(Schema.String, Schema.String)
})
export type Work = typeof Work.Type

/** Its name: SHA-256 of its fields as canonical JSON. */
export const workName = (work: Work): string => digest(pack(work))

/** Where its result is kept. */
export const resultPath = (name: string): string => `results/${name.slice(0, 2)}/${name}`

/** How an item's work ended: a result under its name, or why there is none, as JSON. */
const Outcome = Schema.Struct({ failure: Schema.optionalKey(Schema.String) })

const computing = sessionKinds.filter((kind): kind is Exclude<SessionKind, "auto"> => kind !== "auto")

/** The one workflow: every training, adaptation and whatever else jobs keep. What failed is tried again by another attempt. */
export const ItemWork = Workflow.make("policygradex/item", {
  payload: {
    work: Work,
    attempt: Schema.Int,
    session: Schema.Literals(computing),
    /** Files of the plugins whose ids the item may name. */
    plugins: Schema.Array(Schema.String)
  },
  idempotencyKey: ({ work, attempt }) => `${workName(work)}/${attempt}`,
  success: Outcome
})
export type ItemPayload = typeof ItemWork.payloadSchema.Type

/** Does an item that is not done yet. */
export type Compute = (
  payload: ItemPayload,
  setting: unknown,
  item: unknown
) => Effect.Effect<unknown, LearnerError | RunStoreError>

const FailureJson = Schema.fromJsonString(Failed)
const encodeFailure = Schema.encodeEffect(FailureJson)

/** The failure that an outcome tells of; what contributed code threw is one too. */
export const failureIn = ({ failure }: typeof Outcome.Type): Effect.Effect<typeof Failed.Type | undefined> =>
  failure === undefined ? Effect.succeed(undefined) : Effect.orDie(Schema.decodeEffect(FailureJson)(failure))

/** What the engine is to remember of a failure; where it was the disk's it is no end of the work. */
const remembered = (failure: typeof Failed.Type | RunStoreError) =>
  isFailure(failure, "RunStoreError")
    ? Effect.die(failure)
    : Effect.map(Effect.orDie(encodeFailure(failure)), (text) => ({ failure: text }))

const isPluginFailure = Schema.is(PluginFailure)

/**
 * The workflow's layer. An item whose result is there is done, whatever the engine knows of it: what was killed between
 * the result and the engine's note of it is not computed again.
 */
export const itemWorkLayer = (content: Content, compute: Compute, journal: Journal) => {
  const execute = Effect.fnUntraced(function* (payload: ItemPayload) {
    const { work } = payload
    const at = resultPath(workName(work))
    const done = yield* Effect.orElseSucceed(content.find(at), () => Option.none())
    if (Option.isSome(done)) return {}
    const [setting, item] = [yield* content.get(work.setting), yield* content.get(work.item)]
    const from = yield* monotonicSeconds
    yield* content.putAs(at, yield* compute(payload, setting, item))
    yield* journal({ activity: workName(work), job: work.job, seconds: (yield* monotonicSeconds) - from })
    return {}
  })
  return ItemWork.toLayer((payload) =>
    Activity.make({
      name: "compute",
      success: Outcome,
      execute: execute(payload).pipe(
        Effect.catch(remembered),
        Effect.catchDefect((defect) => (isPluginFailure(defect) ? remembered(defect) : Effect.die(defect)))
      )
    })
  )
}
