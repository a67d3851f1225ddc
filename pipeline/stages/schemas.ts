/** Schemas of what stages give: what a run reads back when it is taken up again. */
import { Schema } from "effect"
import { Doubles, FloatArray, Ints, Numbers, TrainedData } from "../jobs/schemas.ts"
import type { Truth } from "./truth.ts"

const Labels = Schema.Array(Schema.Int)
const Score = Schema.Struct({ tasks: Labels, values: Numbers })
const Affinity = Schema.Struct({ n: Schema.Int, values: Doubles })

export const EstimatedData = Schema.Struct({
  subsets: Schema.Array(Labels),
  scores: Schema.Array(Score),
  printed: Schema.Array(Score),
  gradients: Schema.Array(Doubles),
  solved: Schema.Struct({ objective: Doubles, gradientNorm: Doubles, iterations: Ints }),
  distances: Numbers,
  clipped: Schema.Int,
  affinities: Schema.Struct({ centred: Affinity, gain: Affinity, eq5: Affinity, cosine: Affinity }),
  followed: Schema.Struct({
    visited: Schema.Array(Schema.Struct({ count: Schema.Int, observation: FloatArray, action: FloatArray })),
    adapted: Schema.Array(Doubles)
  })
})

const Rows = Schema.Array(Numbers)
export const ResidualsData = Schema.Struct({ adapted: Rows, random: Rows })

export const SplitData = Schema.Struct({
  method: Schema.String,
  k: Schema.Int,
  objective: Schema.NullOr(Schema.Number),
  bound: Schema.NullOr(Schema.Number),
  roundedObjective: Schema.Number,
  warnings: Schema.Array(Schema.String),
  indifference: Schema.optionalKey(Schema.String),
  labels: Schema.Struct({
    chosen: Labels,
    centred: Labels,
    gain: Labels,
    eq5: Labels,
    cosine: Labels,
    random: Labels
  })
})

export const TruthData = Schema.Struct({
  chosen: Labels,
  scores: Schema.Array(Score),
  repeats: Schema.Array(Schema.Array(Score)),
  trained: Schema.Array(TrainedData)
}) satisfies Schema.Codec<Truth, unknown>

export const GroupsData = Schema.Struct({
  jobs: Schema.Array(Schema.Struct({ id: Schema.String, members: Labels, seed: Schema.Int })),
  trained: Schema.Array(TrainedData),
  worth: Schema.Array(
    Schema.Struct({ method: Schema.String, labels: Labels, returns: Rows, successRates: Schema.optionalKey(Rows) })
  )
})
