/** What goes between the thread of the job and its workers: which job, and its data, which the job's schemas check. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { Transferable } from "effect/workers"
import { Work } from "../../core/service/session.ts"
import { sessionKinds } from "../../pipeline/internal.ts"
import { ItemFailure } from "../../pipeline/jobs/mod.ts"
import { PluginFailure } from "../loading/mod.ts"

/** What a structured clone can carry. */
const Anything = Schema.declare((_: unknown): _ is unknown => true)

/** Copied on the way, but for shared memory, which both sides see. */
const Copied = Transferable.schema(Anything, () => [])

/** Arrays go over with their memory; the sender's are empty then. */
const Given = Transferable.schema(Anything, (value) => [...memoryOf(value)])

/** The memory of all arrays in plain data; an array within a larger memory is copied. */
const memoryOf = (value: unknown, found = new Set<ArrayBuffer>()): ReadonlySet<ArrayBuffer> => {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength) found.add(value.buffer)
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) memoryOf(inner, found)
  }
  return found
}

/** What an item can fail with, and what contributed code threw. */
export const Failed = Schema.Union([ItemFailure, PluginFailure])

/** Requests to a worker. `Hello` is answered as soon as it can be: who gets an answer has a working worker. */
export const Requests = RpcGroup.make(
  Rpc.make("Hello"),
  /** Makes ready for items of a job; `id` stands for it from then on. */
  Rpc.make("Open", { payload: { id: Schema.Int, job: Schema.String, setting: Copied }, error: Failed }),
  Rpc.make("Do", {
    payload: { id: Schema.Int, item: Copied },
    success: Schema.Struct({ result: Given, done: Work }),
    error: Failed
  }),
  Rpc.make("Close", { payload: { id: Schema.Int } })
)

/** What a worker is started with. */
export const WorkerData = Schema.Struct({
  sessionKind: Schema.Literals(sessionKinds),
  /** Files of the plugins whose ids the job may name. */
  plugins: Schema.optionalKey(Schema.Array(Schema.String))
})
export type WorkerData = typeof WorkerData.Type
