/** The shapes of what a plugin contributes, as schemas. They say what a value is; relations between values are elsewhere. */
import { Schema } from "effect"

/** Any function; what it does is seen when it is called. */
const Fn = Schema.declare((x: unknown): x is CallableFunction => typeof x === "function", { expected: "a function" })

const Text = Schema.NonEmptyString
/** A name that others write on a command line and read in a terminal: no control characters, no space at an end. */
const Id = Text.check(
  Schema.isPattern(/^[^\p{Cc}\p{Zl}\p{Zp}\s](?:[^\p{Cc}\p{Zl}\p{Zp}]*[^\p{Cc}\p{Zl}\p{Zp}\s])?$/u, {
    expected: "a text without control characters"
  })
)
const Vector = Schema.Array(Schema.Number)

const Box = Schema.Struct({
  _tag: Schema.Literal("Box"),
  low: Vector,
  high: Vector,
  names: Schema.Array(Schema.String),
  units: Schema.Array(Schema.String),
  dtype: Schema.Literals(["float32", "float64"])
})

const Discrete = Schema.Struct({
  _tag: Schema.Literal("Discrete"),
  n: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 })),
  names: Schema.Array(Schema.String)
})

const Numeric = Schema.Struct({
  kind: Schema.Literals(["number", "integer"]),
  default: Schema.Number,
  unit: Schema.String,
  min: Schema.Number,
  max: Schema.Number,
  meaning: Text
})

const Flag = Schema.Struct({ kind: Schema.Literal("flag"), default: Schema.Boolean, meaning: Text })

const Choice = Schema.Struct({
  kind: Schema.Literal("choice"),
  default: Schema.String,
  choices: Schema.Array(Schema.String),
  meaning: Text
})

const TextParameter = Schema.Struct({
  kind: Schema.Literal("text"),
  default: Schema.String,
  pattern: Schema.String,
  want: Schema.String,
  examples: Schema.Array(Schema.String),
  meaning: Text
})

const Variant = Schema.Struct({
  parameter: Text,
  values: Text,
  id: Schema.optionalKey(Text),
  example: Schema.Record(Schema.String, Schema.Unknown),
  of: Fn
})

const Environment = Schema.Struct({
  id: Id,
  version: Text,
  summary: Text,
  // Checked by their own tags.
  observation: Schema.optionalKey(Schema.Unknown),
  action: Schema.optionalKey(Schema.Unknown),
  parameters: Schema.Record(Schema.String, Schema.Unknown),
  variants: Schema.optionalKey(Schema.Array(Variant)),
  maxEpisodeSteps: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  secondsPerStep: Schema.Finite.check(Schema.isGreaterThan(0)),
  make: Fn,
  absent: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  open: Schema.optionalKey(Fn)
})

const Family = Schema.Struct({
  id: Id,
  summary: Text,
  environment: Schema.optionalKey(Schema.Unknown),
  options: Schema.Record(Schema.String, Schema.Unknown),
  tasks: Fn,
  draw: Fn
})

const Algorithm = Schema.Struct({
  id: Id,
  version: Text,
  summary: Text,
  supports: Fn,
  makePolicy: Fn,
  check: Schema.optionalKey(Fn),
  learner: Fn,
  collector: Fn,
  widen: Schema.optionalKey(Fn)
})

const Architecture = Schema.Struct({ id: Id, summary: Text, make: Fn })

const Aggregator = Schema.Struct({
  id: Id,
  summary: Text,
  config: Schema.Record(Schema.String, Schema.Finite),
  claims: Schema.Array(Schema.String),
  by: Schema.Literals(["gradients", "losses", "tasks"]),
  first: Fn,
  weigh: Fn,
  settle: Schema.optionalKey(Fn)
})

const Grouping = Schema.Struct({ id: Id, summary: Text, group: Fn })

const Logger = Schema.Struct({ id: Id, summary: Text, open: Fn })

const list = Schema.optionalKey(Schema.Array(Schema.Unknown))

const Plugin = Schema.Struct({
  policygradex: Schema.Int,
  name: Id,
  version: Text,
  environments: list,
  families: list,
  algorithms: list,
  architectures: list,
  aggregators: list,
  groupings: list,
  loggers: list
})

export const shapes = { Plugin, Environment, Family, Algorithm, Architecture, Aggregator, Grouping, Logger }

/** Spaces and parameters by the word that tells them apart. */
export const spaceShapes = { Box, Discrete }
export const parameterShapes = { number: Numeric, integer: Numeric, flag: Flag, choice: Choice, text: TextParameter }
