/** What is kept of the comparison: every finished training, and where the tool saw groups. */
import { Schema } from "effect"
import { mean } from "../../core/stat/mod.ts"
import { Machine } from "../report.ts"

const Numbers = Schema.Array(Schema.Finite)

/** Means over episodes, a number a task, after so many steps of each. */
const Point = Schema.Struct({
  steps: Schema.Int,
  returns: Numbers,
  /** Share of the episodes that succeeded, where the environment tells. */
  successes: Schema.optionalKey(Numbers)
})
export type Point = typeof Point.Type

/** What a row is known by. */
const about = {
  ground: Schema.String,
  /** Environment steps a task of a whole training. */
  budget: Schema.Int,
  seed: Schema.Int,
  /** A digest of all settings that its numbers depend on. */
  asked: Schema.String
}

/** All policies of one contender, trained from one seed. */
export const Course = Schema.Struct({
  ...about,
  contender: Schema.String,
  /** Width of hidden layers. */
  width: Schema.Int,
  /** Of all its policies, and of their critics. */
  parameters: Schema.Struct({ policy: Schema.Int, value: Schema.Int }),
  /** A group's number for each task. */
  labels: Schema.Array(Schema.Int),
  /** The last one is of the policies at the end. */
  points: Schema.Array(Point),
  /** Environment steps, over all tasks, and processor seconds of training: playing for the points is not counted. */
  steps: Schema.Int,
  seconds: Schema.Finite
})
export type Course = typeof Course.Type

/** Groups as the tool finds them, and what that took. */
export const FoundGroups = Schema.Struct({
  ...about,
  labels: Schema.Array(Schema.Int),
  steps: Schema.Int,
  seconds: Schema.Finite
})
export type FoundGroups = typeof FoundGroups.Type

/** What `bench/results/multitask.json` holds. */
export const Comparison = Schema.Struct({
  suite: Schema.Literal("multitask"),
  machine: Machine,
  versions: Schema.Record(Schema.String, Schema.String),
  groups: Schema.Array(FoundGroups),
  courses: Schema.Array(Course)
})
export type Comparison = typeof Comparison.Type

/** What a training reached at each point: the mean over tasks, of successes or of returns. */
export const scoresOf = ({ points }: Pick<Course, "points">, success: boolean): readonly number[] =>
  points.map((p) => mean((success ? p.successes : p.returns) ?? []))
