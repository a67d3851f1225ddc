/** What goes between the thread of the job and its workers: plain data, checked on both sides. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { Transferable } from "effect/workers"
import { ProblemError, TrainingDiverged } from "../../algorithms/error.ts"
import type { Assignment, Trained } from "../../algorithms/policygradex/training.ts"
import type { TrainingSpec } from "../../algorithms/policygradex/trainings.ts"
import { sessionKinds } from "../../core/pipeline/config.ts"
import { SessionError, SessionLost } from "../../core/pipeline/session.ts"
import type { Floats } from "../../core/random/mod.ts"

const isDoubles = (x: unknown): x is Float64Array => x instanceof Float64Array
const isFloats = (x: unknown): x is Floats => x instanceof Float32Array || isDoubles(x)

/** The array's memory goes over; the sender's is empty then. */
const Moved = Transferable.schema(Schema.declare(isDoubles), ({ buffer }) =>
  buffer instanceof ArrayBuffer ? [buffer] : []
)

/** Copied: many assignments start from one array. */
const Copied = Transferable.schema(Schema.declare(isFloats), () => [])

/** What a structured clone can carry; who gets it checks it by a schema of its own. */
const Opaque = Transferable.schema(Schema.Unknown, () => [])

const Words = Schema.Array(Schema.Int)

const Spec = Schema.Struct({
  environment: Schema.String,
  algorithm: Schema.String,
  algorithmConfig: Opaque,
  network: Schema.Struct({
    layers: Schema.Int,
    width: Schema.Int,
    activation: Schema.Literals(["tanh", "relu"]),
    taskOneHot: Schema.Boolean
  }),
  taskIds: Schema.Array(Schema.String),
  vector: Schema.Number,
  stepsPerTask: Schema.Number,
  episodes: Schema.Number,
  assessments: Schema.optionalKey(Schema.Number)
}) satisfies Schema.Codec<TrainingSpec, unknown>

const Task = Schema.Struct({
  id: Schema.String,
  environment: Schema.String,
  params: Schema.Record(Schema.String, Schema.Union([Schema.Number, Schema.Boolean, Schema.String]))
})

const Work = Schema.Struct({
  tasks: Schema.Array(Task),
  iterations: Schema.Number,
  key: Schema.Struct({ entropy: Words, spawnKey: Words }),
  start: Schema.optionalKey(Schema.Struct({ policy: Schema.optionalKey(Copied), value: Schema.optionalKey(Copied) }))
}) satisfies Schema.Codec<Assignment, unknown>

const Numbers = Schema.Array(Schema.Number)

const Done = Schema.Struct({
  policy: Moved,
  value: Moved,
  curve: Schema.Array(Numbers),
  assessed: Schema.Array(Numbers),
  metrics: Schema.Array(Schema.Array(Schema.Record(Schema.String, Schema.Number))),
  returns: Schema.Array(Numbers),
  steps: Schema.Number,
  cost: Schema.Struct({ flops: Schema.Number, bytes: Schema.Number })
}) satisfies Schema.Codec<Trained, unknown>

/** What a training that was tried can fail with. */
export const Failure = Schema.Union([ProblemError, TrainingDiverged, SessionError, SessionLost])

/** Requests to a worker. `Hello` is answered as soon as it can be: who gets an answer has a working worker. */
export const Requests = RpcGroup.make(
  Rpc.make("Hello"),
  Rpc.make("Train", { payload: { spec: Spec, work: Work }, success: Done, error: Failure })
)

/** What a worker is started with. */
export const WorkerData = Schema.Struct({ sessionKind: Schema.Literals(sessionKinds) })
export type WorkerData = typeof WorkerData.Type
