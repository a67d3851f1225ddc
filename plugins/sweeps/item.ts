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

/** A name of content: it becomes a part of a path. */
const ContentName = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))

/** What decides an item's result, to the last bit: equal work has equal fields. */
export const Work = Schema.Struct({
  job: Schema.String,
  /** Content: the job's setting, and the item. */
  setting: ContentName,
  item: ContentName,
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
export const Outcome = Schema.Struct({ failure: Schema.optionalKey(Schema.String) })
export type Outcome = typeof Outcome.Type

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

/** Failures as the engine remembers them. */
const FailureJson = Schema.fromJsonString(Failed)
export const encodeFailure = Schema.encodeEffect(FailureJson)

/** The failure that an outcome tells of; what contributed code threw is one too. */
export const failureIn = ({ failure }: Outcome): Effect.Effect<typeof Failed.Type | undefined> =>
  failure === undefined ? Effect.succeed(undefined) : Effect.orDie(Schema.decodeEffect(FailureJson)(failure))

/** What the engine is to remember of a failure; where it was the disk's it is no end of the work. */
const remembered = (failure: typeof Failed.Type | RunStoreError) =>
  isFailure(failure, "RunStoreError")
    ? Effect.die(failure)
    : Effect.map(Effect.orDie(encodeFailure(failure)), (text) => ({ failure: text }))

const isPluginFailure = Schema.is(PluginFailure)

/** What an item's work needs. */
export interface Doing {
  readonly content: Content
  readonly compute: Compute
  /** Is told what was finished. */
  readonly journal: Journal
}

/**
 * Does an item, once: one whose result is there is done, whatever the engine knows of it, and what was killed between the
 * result and the engine's note of it is not computed again. Dies of what is no end of the work: a disk, a store.
 */
export const doItem =
  ({ content, compute, journal }: Doing) =>
  (payload: ItemPayload): Effect.Effect<Outcome> => {
    const { work } = payload
    const name = workName(work)
    const at = resultPath(name)
    const isDone = Effect.map(
      Effect.orElseSucceed(content.find(at), () => Option.none()),
      Option.isSome
    )
    return Effect.gen(function* () {
      if (yield* isDone) return {}
      const [setting, item] = [yield* content.get(work.setting), yield* content.get(work.item)]
      const from = yield* monotonicSeconds
      const result = yield* compute(payload, setting, item)
      // Another machine may have, while this one was taken for lost.
      if (yield* isDone) return {}
      yield* content.putAs(at, result)
      yield* journal({ activity: name, job: work.job, seconds: (yield* monotonicSeconds) - from })
      return {}
    }).pipe(
      Effect.catch(remembered),
      Effect.catchDefect((defect) => (isPluginFailure(defect) ? remembered(defect) : Effect.die(defect)))
    )
  }

/** The workflow's layer where it is done in this process. */
export const itemWorkLayer = (doing: Doing) => {
  const execute = doItem(doing)
  return ItemWork.toLayer((payload) => Activity.make({ name: "compute", success: Outcome, execute: execute(payload) }))
}
