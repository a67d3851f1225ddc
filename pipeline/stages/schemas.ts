/** What results of several stages are made of. */
import { Schema } from "effect"
import type { Affinity, SubsetScore } from "../../core/surrogate/mod.ts"
import { Doubles, Numbers } from "../jobs/schemas.ts"

/** Numbers of tasks, or a group's number for each task. */
export const Labels = Schema.Array(Schema.Int)

export const Score = Schema.Struct({ tasks: Labels, values: Numbers }) satisfies Schema.Codec<SubsetScore, unknown>

export const AffinityData = Schema.Struct({ n: Schema.Int, values: Doubles }) satisfies Schema.Codec<Affinity, unknown>
