/** What people hand to other commands than cluster, and what a run reads back. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { presets } from "../../pipeline/presets.ts"
import { parseActions } from "../../plugins/cli/replay.ts"
import { resolve, settingsObject } from "../../plugins/config/load.ts"
import { pack, unpack } from "../../plugins/io/packed.ts"
import { readSafetensors, writeSafetensors } from "../../plugins/io/safetensors.ts"
import { bytesOf, mutated, mutatedJson, mutatedText, type Target } from "../support/fuzz.ts"

const sentence = (e: E.Either<{ readonly message: string }, unknown>): string | undefined =>
  E.isLeft(e) ? e.left.message : undefined

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const tensors = writeSafetensors(
  [
    { name: "policy", shape: [2, 3], data: new Float32Array(6) },
    { name: "moments", shape: [4], data: new Float64Array(4) }
  ],
  { format: "a", note: "b" }
)

const kept = pack({ x: [1, Number.NaN, -0], y: new Float64Array(3), z: { deep: [new Uint8Array(5), "t", null, true] } })

export const others: readonly Target[] = [
  {
    name: "configurations",
    valid: bytesOf(JSON.stringify(presets.quick)),
    inputs: mutatedJson(Object.values(presets)),
    read: (input) =>
      sentence(
        pipe(
          settingsObject(text(input), "a.json"),
          E.chainW((own) => resolve(own, "a.json", {}))
        )
      )
  },
  {
    name: "actions of a replay",
    valid: bytesOf("[0, 1]"),
    inputs: mutatedText(["[0, 1, 1, 0]", "0\n1\n0\n", "0.5, 0.25\n1 2\n", "[[0.5, 1], [1, -1]]"]),
    read: (input) => sentence(parseActions(text(input), "actions"))
  },
  {
    name: "arrays as .safetensors",
    valid: tensors,
    inputs: mutated([tensors, writeSafetensors([])]),
    read: (input) => sentence(readSafetensors(input, "a.safetensors"))
  },
  {
    name: "what a run keeps",
    valid: kept,
    inputs: mutated([kept]),
    read: (input) =>
      pipe(
        unpack(input),
        E.fold(
          (got) => `Cannot unpack: ${got}`,
          () => undefined
        )
      )
  }
]
