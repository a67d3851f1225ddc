/** Schemas of what environments declare: their rooms know no Schema. */
import { Schema } from "effect"
import { Bytes, Doubles, FloatArray, Ints, schemaOf } from "../core/service/data.ts"
import type { BatchState, Params, Rows, Task } from "../envs/mod.ts"

export const ParamsData = schemaOf<Params>()(
  Schema.Record(Schema.String, Schema.Union([Schema.Number, Schema.Boolean, Schema.String]))
)

const task = { id: Schema.String, environment: Schema.String, params: ParamsData }

/** Schema of a task, for stores and threads. */
export const TaskData = schemaOf<Task>()(Schema.Struct(task))

/** Schema of a task as a policy is told it, where that is another one of its own: `Problem.tasks`. */
export const ToldTaskData = Schema.Struct({ ...task, toldAs: Schema.optionalKey(Schema.String) })

/** Schema of a batch's state, for stores and threads. */
export const BatchStateData = schemaOf<BatchState>()(
  Schema.Struct({
    states: Schema.String,
    returns: Schema.String,
    lengths: Schema.Array(Schema.Int),
    streams: Schema.Array(Schema.String)
  })
)

export const RowsData = schemaOf<Rows>()(
  Schema.Struct({
    reward: FloatArray,
    terminated: Bytes,
    truncated: Bytes,
    nextObservation: FloatArray,
    observation: FloatArray,
    episodeReturn: Doubles,
    episodeLength: Ints
  })
)
