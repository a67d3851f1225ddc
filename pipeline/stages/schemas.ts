/** What results of several stages are made of. */
import { Schema } from "effect"
import { Doubles, Numbers, schemaOf } from "../../core/service/data.ts"
import type { Affinity, SubsetScore } from "../../core/surrogate/mod.ts"

/** Numbers of tasks, or a group's number for each task. */
export const Labels = Schema.Array(Schema.Int)

export const Score = schemaOf<SubsetScore>()(Schema.Struct({ tasks: Labels, values: Numbers }))

export const AffinityData = schemaOf<Affinity>()(Schema.Struct({ n: Schema.Int, values: Doubles }))
