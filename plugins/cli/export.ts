/** `pgex export RUN`: a policy of a finished run for other programs. */

import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { fileError } from "../../core/service/file_error.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { suggestion } from "../../core/text/choices.ts"
import { clipped } from "../../core/text/printable.ts"
import { recordOf } from "../loading/mod.ts"
import { readRun, replaceFile } from "../runs/store/mod.ts"
import { print } from "./output.ts"
import { catalogWithPlugins, pluginFlag, trustFlag } from "./plugin_flag.ts"
import { shared } from "./shared.ts"

export const exportCommand = Command.make(
  "export",
  {
    run: Argument.String("run").pipe(Argument.withDescription("A run directory, e.g. runs/quick-0")),
    group: Flag.Int("group").pipe(
      Flag.optional,
      Flag.withMetavar("G"),
      Flag.withDescription("Whose policy: the number of a group, as the report counts them from 1")
    ),
    task: Flag.String("task").pipe(
      Flag.optional,
      Flag.withMetavar("ID"),
      Flag.withDescription(
        "The policy of this task's group, for this task only: one that is told its task needs no more"
      )
    ),
    training: Flag.Int("training").pipe(
      Flag.withDefault(0),
      Flag.withMetavar("N"),
      Flag.withDescription("Of several trainings of the group, which one, counted from 0")
    ),
    onnx: Flag.String("onnx").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription("The .onnx file to write; one that is there is replaced")
    ),
    stateDict: Flag.String("state-dict").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "The .pth file to write: weights for PyTorch, actor.0.weight, actor.0.bias, actor.2.weight, …"
      )
    ),
    sb3: Flag.String("sb3").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "The .zip file to write: weights that Stable-Baselines3 takes by model.set_parameters(FILE, exact_match=False)"
      )
    ),
    plugin: pluginFlag,
    trust: trustFlag
  },
  Effect.fn("pgex.export")(function* (o) {
    const { json } = yield* shared
    const [asked, task] = [Option.getOrUndefined(o.group), Option.getOrUndefined(o.task)]
    if (asked === undefined && task === undefined) {
      const want = "--group G or --task ID"
      return yield* Effect.fail(argumentError({ doing: "export a policy", want, got: "neither" }))
    }
    const file = yield* fileOf(o)
    const { run, store } = yield* readRun(o.run)
    const { catalog } = yield* catalogWithPlugins({
      asked: o.plugin,
      record: recordOf(o.run, run),
      trust: o.trust
    })
    const { policiesOfRun } = yield* Effect.promise(() => import("../runs/evaluate_run.ts"))
    const { fixedTask, policyToOnnx } = yield* Effect.promise(() => import("../runs/onnx/mod.ts"))
    const { policyToSb3, policyToTorch } = yield* Effect.promise(() => import("../exchange/mod.ts"))
    const policies = yield* policiesOfRun(store, catalog)
    const ofTask = policies.filter((p) => task === undefined || p.tasks.some((t) => t.id === task))
    if (task !== undefined && ofTask.length === 0) {
      const fix = suggestion(task, [...new Set(policies.flatMap((p) => p.tasks.map((t) => t.id)))])
      return yield* Effect.fail(argumentError({ doing: "export a policy", want: "a task of the run", got: task, fix }))
    }
    const found = ofTask.find((p) => p.group === (asked ?? p.group) && p.seed === o.training)
    if (found === undefined) {
      const there = ofTask.map((p) => `group ${p.group}, training ${p.seed}`).join("; ")
      const got = asked === undefined ? `training ${o.training}` : `group ${asked}, training ${o.training}`
      return yield* Effect.fail(argumentError({ doing: "export a policy", want: `one of ${there}`, got }))
    }
    const { group, path } = found
    const policy = task === undefined ? found : yield* fromEither(fixedTask(found, task, catalog.algorithms))
    const writers = { onnx: policyToOnnx, stateDict: policyToTorch, sb3: policyToSb3 }
    const bytes = yield* fromEither<ArgumentError, Uint8Array>(writers[file.format](policy))
    const write = { try: () => replaceFile(file.path, bytes), catch: (e: unknown) => fileError("write", file.path, e) }
    yield* Effect.uninterruptible(Effect.tryPromise(write))
    const tasks = policy.tasks.map((t) => t.id)
    const value = { run: store.name, group, training: o.training, from: path, tasks, file: file.path }
    yield* print(
      json,
      { ...value, bytes: bytes.length },
      `${file.path}: the policy of group ${group} (${tasks.map((id) => clipped(id)).join(", ")}), ${bytes.length} bytes`
    )
  })
).pipe(
  Command.withDescription(
    "Write a policy of a finished run as ONNX (operators of version 17, float32): input observation [batch, inputs], " +
      "one-hot where discrete, not normalised (the model does that); output logits, or mean and logStd. The metadata say " +
      "environment, tasks and network. Or write its weights for PyTorch or Stable-Baselines3."
  ),
  Command.withShortDescription("A finished run's policy as ONNX, or its weights for PyTorch"),
  Command.withExamples([
    { command: "pgex export runs/quick-0 --group 1 --onnx group_1.onnx", description: "The policy of the first group" },
    { command: "pgex export runs/quick-0 --group 1 --state-dict group_1.pth", description: "Its weights for PyTorch" },
    { command: "pgex export runs/quick-0 --task length=0.2 --onnx short.onnx", description: "The policy for one task" }
  ])
)

/** Where to write, and in which format: exactly one. */
const fileOf = (o: Readonly<Record<"onnx" | "stateDict" | "sb3", Option.Option<string>>>) => {
  const asked = (["onnx", "stateDict", "sb3"] as const).flatMap((format) => {
    const path = Option.getOrUndefined(o[format])
    return path === undefined ? [] : [{ format, path }]
  })
  const [only] = asked
  if (only !== undefined && asked.length === 1) return Effect.succeed(only)
  const want = "exactly one of --onnx FILE, --state-dict FILE and --sb3 FILE"
  return Effect.fail(argumentError({ doing: "export a policy", want, got: `${asked.length} of them` }))
}
