/** `pgex setup tensorflow`: builds real TensorFlow for the sessions tfjs:node and tfjs:node-gpu. */
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import type { SetupOutcome } from "../sessions/tfjs/setup/mod.ts"
import { print, remark } from "./output.ts"
import { shared } from "./shared.ts"

const tensorflow = Command.make(
  "tensorflow",
  {
    cuda: Flag.Boolean("cuda").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("For an NVIDIA GPU, with the CUDA libraries; needs only the GPU's driver")
    ),
    dir: Flag.String("dir").pipe(
      Flag.optional,
      Flag.withMetavar("DIR"),
      Flag.withDescription("Where to build; the user's cache folder without it")
    )
  },
  Effect.fn("pgex.setup.tensorflow")(function* (o) {
    const { json } = yield* shared
    const { FOLDER_VARIABLE, setupTensorflow } = yield* Effect.promise(() => import("../sessions/tfjs/setup/mod.ts"))
    const folder = Option.getOrUndefined(o.dir)
    const outcome = yield* setupTensorflow({
      build: o.cuda ? "cuda" : "cpu",
      say: remark,
      ...(folder === undefined ? {} : { folder })
    })
    yield* print(json, outcome, describe(outcome, folder === undefined ? "" : `: set ${FOLDER_VARIABLE}=${folder}`))
  })
).pipe(
  Command.withDescription(
    "Build real TensorFlow for the session tfjs:node (with --cuda tfjs:node-gpu): the C libraries out of TensorFlow's " +
      "wheel, tfjs-node out of npm, and its native part compiled with c++ (or CXX). Needs Python with pip and a C++ " +
      "compiler; --python names another Python. May be stopped and run again; where it is built already, says so."
  ),
  Command.withShortDescription("Build TensorFlow for the session tfjs:node"),
  Command.withExamples([
    { command: "pgex setup tensorflow", description: "TensorFlow on the processor" },
    { command: "pgex setup tensorflow --cuda", description: "TensorFlow on an NVIDIA GPU" }
  ])
)

export const setupCommand = Command.make("setup").pipe(
  Command.withDescription("Build what is too large, or too particular to a machine, to come with the package."),
  Command.withShortDescription("Build what does not come with the package"),
  Command.withSubcommands([tensorflow])
)

const describe = (o: SetupOutcome, variable: string): string => {
  const session = o.build === "cuda" ? "tfjs:node-gpu" : "tfjs:node"
  const gpu = o.build === "cuda" ? (o.isGpu ? ", on its GPU" : ", but it found no GPU that it can use") : ""
  return [
    `TensorFlow ${o.tensorflow} with tfjs-node ${o.tfjs} ${o.already ? "is there already" : "is built"} and works${gpu}`,
    `in ${o.folder}${variable}`,
    `use it with --session ${session}`
  ].join("\n")
}
