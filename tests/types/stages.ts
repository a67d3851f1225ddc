/** Stages, jobs and settings, misused. Nothing runs. */
import { Effect, Schema } from "effect"
import { type Stage, stage } from "../../pipeline/stages/stage.ts"
import { experiment } from "../../plugins/runs/experiment.ts"

const Count = Schema.Struct({ count: Schema.Number })

export const aStage = stage({
  name: "count",
  result: Count,
  run: (tasks: readonly string[]) => Effect.succeed({ count: tasks.length })
})

export const aResultOfAnother = () =>
  stage({
    name: "count",
    result: Count,
    // @ts-expect-error: the result has a count that is a number
    run: (tasks: readonly string[]) => Effect.succeed({ count: String(tasks.length) })
  })

export const aResultOfNone = () =>
  // @ts-expect-error: what a stage gives is a Schema's, so that it can be kept
  stage({ name: "count", run: () => Effect.succeed({ count: 1 }) })

export const aCostOfAnother: Stage<readonly string[], typeof Count.Type, never, never> = {
  ...aStage,
  // @ts-expect-error: the result has a count, no cost
  costOf: ({ cost }) => cost
}

export const aSettingOfAnother = () =>
  // @ts-expect-error: a learning rate is a number
  experiment({ preset: "quick", algorithm: { ppo: { learningRate: "1e-3" } } })

export const aPresetThatIsNone = () =>
  // @ts-expect-error: no such preset
  experiment({ preset: "quickest" })

export const aSessionThatIsNone = () =>
  // @ts-expect-error: no such session
  experiment({ preset: "quick", session: "cuda" })
