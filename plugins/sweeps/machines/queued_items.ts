/** Items on a queue that all workers take from: who is free takes the next, so that none waits behind another's. */
import { Effect, type Layer, Schedule, Schema } from "effect"
import { PersistedQueue } from "effect/persistence"
import { DurableDeferred, type WorkflowEngine } from "effect/workflow"
import { workerLost } from "../../../algorithms/internal.ts"
import { encodeFailure, type ItemPayload, ItemWork, Outcome, workName } from "../item.ts"

/** Times that an item may take its worker with it. */
const MOST_LOSSES = 5

/** A workflow's item, and where its outcome is told. */
const Queued = Schema.Struct({ token: DurableDeferred.Token, payload: ItemWork.payloadSchema })

const queue = PersistedQueue.make({ name: "items", schema: Queued, maxAttempts: 2 ** 30 })

const outcome = DurableDeferred.make("outcome", { success: Outcome })

/** The workflow's layer: an execution puts its item on the queue, and waits for the outcome. */
export const queuedItemsLayer: Layer.Layer<
  never,
  never,
  WorkflowEngine.WorkflowEngine | PersistedQueue.PersistedQueueFactory
> = ItemWork.toLayer((payload) =>
  Effect.gen(function* () {
    const token = yield* DurableDeferred.token(outcome)
    const id = `${workName(payload.work)}/${payload.attempt}`
    const offer = Effect.flatMap(queue, (q) => q.offer({ token, payload }, { id }))
    // Offered again it is there once: the id tells.
    yield* Effect.orDie(Effect.retry(offer, Schedule.spaced("500 millis")))
    return yield* DurableDeferred.await(outcome)
  })
)

/** Takes items and does them, `threads` at the same time, until it is interrupted. */
export const takeItems = Effect.fn("machines.takeItems")(function* (
  threads: number,
  doItem: (payload: ItemPayload) => Effect.Effect<Outcome>
) {
  const items = yield* queue
  const take = items.take(({ token, payload }, { attempts }) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(attempts > MOST_LOSSES ? lostOutcome : doItem(payload))
      yield* DurableDeferred.done(outcome, { token, exit })
    })
  )
  const one = Effect.forever(Effect.catchCause(take, () => Effect.sleep("500 millis")))
  yield* Effect.forEach(Array.from({ length: threads }), () => one, { concurrency: threads, discard: true })
})

/** What ends every worker that takes it is no work for another one. */
const lostOutcome = Effect.map(
  Effect.orDie(encodeFailure(workerLost("the end of the process that did it", `${MOST_LOSSES} times`))),
  (failure) => ({ failure })
)
