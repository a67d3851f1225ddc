/** What the Python side answers, checked: it may be any program. */
import { Option, Schema } from "effect"
import { jsonText } from "../../core/service/decoding.ts"

/** Its first message. */
export const Hello = Schema.Struct({
  protocol: Schema.Literal(1),
  python: Schema.String,
  gymnasium: Schema.String
})
export type Hello = typeof Hello.Type

const Space = Schema.Union([
  Schema.Struct({
    n: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e6 })),
    names: Schema.Array(Schema.String)
  }),
  Schema.Struct({
    /** Hexadecimal float64 numbers, as all texts of numbers here. */
    low: Schema.String,
    high: Schema.String,
    names: Schema.Array(Schema.String),
    dtype: Schema.Literals(["float32", "float64"])
  })
])
export type SpaceText = typeof Space.Type

export const Description = Schema.Struct({
  observation: Space,
  action: Space,
  parameters: Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.Boolean, Schema.String])),
  /** Which parameters the constructor takes; the others are attributes. */
  arguments: Schema.Array(Schema.String),
  /** Which parameters are whole numbers by default. */
  whole: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Where it is a benchmark of several tasks: what tells them apart. */
  tasks: Schema.NullOr(Schema.Struct({ parameter: Schema.String, values: Schema.Array(Schema.String) })),
  /** The time limit of its wrapper. */
  steps: Schema.NullOr(Schema.Int),
  /** Of the task's own time, between two frames. */
  seconds: Schema.NullOr(Schema.Finite),
  /** Seconds that the fastest of some steps took. */
  step: Schema.Finite,
  /** Components of a reward; 0 for a number. */
  rewards: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })),
  /** What decides an episode beside the actions. */
  repeats: Schema.Literals(["generator", "seed", "nothing"]),
  versions: Schema.String
})
export type Description = typeof Description.Type

/** The answer to what could not be done. */
export const Refused = Schema.Struct({
  reason: Schema.Literals([
    "no-python",
    "no-gymnasium",
    "no-package",
    "unknown",
    "argument",
    "lied",
    "raised",
    "space",
    "unrepeatable"
  ]),
  want: Schema.String,
  got: Schema.String,
  fix: Schema.optionalKey(Schema.String),
  /** Where it happened, see `Fault`. */
  member: Schema.optionalKey(Schema.Int),
  at: Schema.optionalKey(Schema.Literals(["step", "reset"])),
  trial: Schema.optionalKey(Schema.Literal(true)),
  /** What is to be installed. */
  package: Schema.optionalKey(Schema.String),
  /** Ids or arguments that there are, where another was asked for. */
  valid: Schema.optionalKey(Schema.Array(Schema.String))
})

export type Refused = typeof Refused.Type

export const Streams = Schema.Struct({ streams: Schema.Array(Schema.String) })
export const Infos = Schema.Struct({ infos: Schema.Array(Schema.Record(Schema.String, Schema.Finite)) })
export const Anew = Schema.Struct({ seen: Schema.String })
export const Done = Schema.Struct({})

/** Values of a parameter, lists among them. */
export const Listed = Schema.Array(
  Schema.Union([Schema.Finite, Schema.Boolean, Schema.String, Schema.Array(Schema.Json)])
)

/** Episodes as a batch saves them: what was done in each since its beginning, and what was seen last. */
export const Standings = Schema.Array(Schema.Struct({ actions: Schema.String, seen: Schema.String }))

/** The JSON in a text or its bytes, if it is that. */
export const parse = <A>(schema: Schema.Codec<A, unknown>, json: Uint8Array | string): A | undefined =>
  Option.getOrUndefined(
    Schema.decodeUnknownOption(jsonText(schema))(typeof json === "string" ? json : new TextDecoder().decode(json))
  )
