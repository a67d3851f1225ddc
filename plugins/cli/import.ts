/** `pgex import FILE`: what a policy's file of another library holds, and the same as a policy of ours. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { fileError } from "../../core/service/file_error.ts"
import { counted } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import { replaceFile } from "../runs/store/mod.ts"
import { print } from "./output.ts"
import { policyFlags, policyOptions } from "./policy_flags.ts"
import { shared } from "./shared.ts"

export const importCommand = Command.make(
  "import",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription(
        "A policy: an archive of Stable-Baselines3 (.zip), weights of PyTorch (.pth, .pt, .cleanrl_model), .safetensors, .onnx"
      )
    ),
    ...policyFlags,
    out: Flag.String("out").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription("Where to write it as a policy of this package, a .safetensors file")
    )
  },
  Effect.fn("pgex.import")(function* (o) {
    const { json } = yield* shared
    const { catalog } = yield* Effect.promise(() => import("../loading/catalog/mod.ts"))
    const { importedBytes, readPolicy } = yield* Effect.promise(() => import("../exchange/mod.ts"))
    const imported = yield* readPolicy(o.file, policyOptions(o), catalog.algorithms)
    const { policy, by, moments, critic, training } = imported
    const out = Option.getOrUndefined(o.out)
    if (out !== undefined) {
      const write = {
        try: () => replaceFile(out, importedBytes(imported)),
        catch: (e: unknown) => fileError("write", out, e)
      }
      yield* Effect.uninterruptible(Effect.tryPromise(write))
    }
    const value = {
      file: o.file,
      by,
      inputs: policy.inputs,
      network: policy.network.words,
      distribution: policy.distribution,
      actions: policy.actionSize,
      parameters: policy.size,
      normalises: moments !== undefined,
      critic: critic !== undefined,
      training: training ?? null,
      ...(out === undefined ? {} : { out })
    }
    const layers = policy.network.words.length === 0 ? "no hidden layer" : policy.network.words.join(", ")
    yield* print(
      json,
      value,
      [
        `${clipped(o.file)}: a policy by ${by}`,
        `${policy.inputs} inputs${moments === undefined ? "" : ", normalised"}; ${layers}; ${counted(policy.network.outputs, "output")} of a ${policy.distribution}; ${counted(policy.size, "parameter")}`,
        critic === undefined ? "no value function" : `value function: ${critic.network.words.join(", ") || "linear"}`,
        ...(out === undefined ? [] : [`written to ${clipped(out)}`])
      ].join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "Read a policy that another library trained, and say what it is. Nothing in the file is run: of a pickle only tensors " +
      "are read, and a name that they do not need ends the reading. pgex group takes such files as they are."
  ),
  Command.withShortDescription("Read a policy of Stable-Baselines3, CleanRL, PyTorch or ONNX"),
  Command.withExamples([
    { command: "pgex import policy.zip", description: "What is in an archive of Stable-Baselines3" },
    {
      command: "pgex import policy.zip --moments vec_normalize.pkl --out policy.safetensors",
      description: "With VecNormalize's moments, as a policy of ours"
    },
    {
      command: "pgex import net.pth --layers fc1,fc2,head --activation relu",
      description: "Weights of one's own model"
    }
  ])
)
