/** `pgex replay`: what an environment gives for a seed and a list of actions. */
import { Console, Effect, Option, Predicate } from "effect"
import { Command, Flag } from "effect/cli"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { key } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { parseJson } from "../../core/text/json.ts"
import { clipped } from "../../core/text/printable.ts"
import { shortened, shown } from "../../core/text/shown.ts"
import { type Environment, findEnvironment, type Params, replay } from "../../envs/mod.ts"
import { readBounded, sourceName } from "../io/bounded_read.ts"
import { calling } from "../loading/mod.ts"
import { remark } from "./output.ts"
import { because, pluginFlag, withPlugins } from "./plugin_flag.ts"
import { drawingOf, recordingOf, type Seen } from "./replay_picture.ts"
import { replayRecorded } from "./replay_recorded.ts"
import { shared } from "./shared.ts"

export const replayCommand = Command.make(
  "replay",
  {
    env: Flag.String("env").pipe(Flag.withMetavar("ID"), Flag.withDescription("Environment, as pgex envs lists them")),
    params: Flag.String("params").pipe(
      Flag.optional,
      Flag.withMetavar("JSON"),
      Flag.withDescription('Parameters by name, e.g. \'{"length": 1, "gravity": 3.7}\'')
    ),
    actions: Flag.String("actions").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription("A JSON array of actions, or one action a line; - is standard input")
    ),
    recorded: Flag.String("recorded").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "In the place of actions: states that --states or a run kept, a .npy, shown without simulating"
      )
    ),
    picture: Flag.String("picture").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "Draw it too: the last state as .png or .svg, the whole episode as .apng; a file that is there is replaced"
      )
    ),
    states: Flag.String("states").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "Write the state at the reset and after each step: rows of a .npy of float64, in MuJoCo with qpos first"
      )
    ),
    plugin: pluginFlag
  },
  Effect.fn("pgex.replay")(function* (o) {
    const { json, seed } = yield* shared
    const loaded = yield* withPlugins({ asked: o.plugin })
    const environment = yield* fromEither(findEnvironment(loaded.registry, o.env)).pipe(
      Effect.mapError(because(loaded))
    )
    const params = yield* fromEither(parseParams(Option.getOrElse(o.params, () => "{}")))
    const source = yield* fromEither(sourceOf(o))
    const drawing = yield* fromEither(
      Option.match(o.picture, { onNone: () => E.right(undefined), onSome: (path) => drawingOf(path, environment) })
    )
    const recording = yield* fromEither(
      Option.match(o.states, { onNone: () => E.right(undefined), onSome: (path) => recordingOf(path, environment) })
    )
    const watch = (now: Seen): void => {
      drawing?.watch(now)
      recording?.watch(now)
    }
    const shown =
      source.kind === "recorded"
        ? { rows: yield* calling(replayRecorded(environment, params, source.path, watch)), unused: 0 }
        : yield* calling(replayActions(environment, params, seed ?? 0, source.path, watch))
    for (const file of [drawing, recording]) if (file !== undefined) yield* calling(file.write)
    const lines = shown.rows.map((row) => JSON.stringify(row, named))
    yield* Console.log(json ? `[${lines.join(",\n")}]` : lines.join("\n"))
    if (shown.unused > 0) {
      yield* remark(`the episode ended after ${lines.length - 1} steps; ${shown.unused} actions were not used`)
    }
  })
).pipe(
  Command.withDescription(
    "Replay actions in an environment: one JSON line first for the reset ({obs}) and then for each step " +
      "({obs, reward, terminated, truncated}, and success where the environment tells of each step), what Gymnasium gives for the same seed and actions. " +
      'Numbers that JSON lacks are the texts "NaN", "Infinity" and "-Infinity". With --json the lines are one array. --picture FILE draws the episode as well, --states FILE keeps its states; --recorded FILE draws states that were kept.'
  ),
  Command.withShortDescription("Replay actions in an environment"),
  Command.withExamples([
    { command: "echo '[0, 1, 1, 0]' | pgex replay --env CartPole-v1 --seed 7 --actions -", description: "Four pushes" },
    {
      command: "pgex replay --env CartPole-v1 --params '{\"length\": 2}' --seed 7 --actions actions.json",
      description: "With a pole of 4 m"
    },
    {
      command: "pgex replay --env HalfCheetah-v5 --actions actions.json --picture run.apng",
      description: "As a film that browsers play"
    },
    {
      command: "pgex replay --env HalfCheetah-v5 --recorded states.npy --picture run.apng",
      description: "The same of states that were kept"
    }
  ])
)

/** Where an episode comes from: actions to take, or states that were kept. */
interface Source {
  readonly kind: "actions" | "recorded"
  readonly path: string
}

/** Errors: both are named, or none. */
const sourceOf = ({
  actions,
  recorded
}: Readonly<Record<Source["kind"], Option.Option<string>>>): E.Either<ArgumentError, Source> => {
  const named = { actions: Option.getOrUndefined(actions), recorded: Option.getOrUndefined(recorded) }
  const want = "one of --actions FILE, --recorded FILE"
  if (named.actions !== undefined && named.recorded !== undefined) return cannot("replay", want, "both")
  if (named.actions !== undefined) return E.right({ kind: "actions", path: named.actions })
  return named.recorded === undefined
    ? cannot("replay", want, "neither")
    : E.right({ kind: "recorded", path: named.recorded })
}

const replayActions = Effect.fn("pgex.replayActions")(function* (
  environment: Environment,
  params: Params,
  seed: number,
  path: string,
  watch: (now: Seen) => void
) {
  const from = yield* fromEither(key(seed))
  const text = new TextDecoder().decode(yield* readBounded(path))
  const actions = yield* fromEither(parseActions(text, sourceName(path)))
  const { obs, steps, unused } = yield* fromEither(replay(environment, params, from, actions, watch))
  return { rows: [{ obs }, ...steps], unused }
})

/**
 * Parameter values are checked by the environment; here only that they are an object of plain values. A list, such as
 * Gymnasium's `desc`, is its elements with commas between them.
 */
const parseParams = (text: string): E.Either<ArgumentError, Params> => {
  const bad = (got: string) => cannot("read --params", 'a JSON object such as {"length": 1}', got)
  const value = E.getOrElse((): unknown => undefined)(parseJson(text))
  if (!Predicate.isObject(value) || Array.isArray(value)) return bad(shortened(text, 80))
  const params: [name: string, value: number | boolean | string][] = []
  for (const [name, given] of Object.entries(value)) {
    const v = Array.isArray(given) && given.every(isPlain) ? given.join(",") : given
    if (!isPlain(v)) return bad(`${clipped(name)}: ${shown(v)}`)
    params.push([name, v])
  }
  return E.right(Object.fromEntries(params))
}

const isPlain = (v: unknown): v is number | boolean | string =>
  typeof v === "number" || typeof v === "boolean" || typeof v === "string"

/** A JSON array, or lines that are each a JSON value (numbers apart by commas or spaces make one vector). */
export const parseActions = (text: string, name: string): E.Either<ArgumentError, readonly unknown[]> => {
  const bad = (got: string) => cannot(`read ${name}`, "a JSON array of actions, or one action a line", got)
  const whole = parseJson(text)
  if (E.isRight(whole) && Array.isArray(whole.right)) return E.right(whole.right)
  const actions: unknown[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue
    const value = parseJson(line)
    const numbers = E.isRight(value)
      ? value
      : parseJson(
          `[${line
            .trim()
            .split(/[\s,]+/)
            .join(",")}]`
        )
    if (E.isLeft(numbers)) return bad(`${shown(line)} on line ${i + 1}`)
    actions.push(numbers.right)
  }
  return E.right(actions)
}

/** JSON would say null of them all. */
const named = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value
