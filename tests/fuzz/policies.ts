/** Policies of other libraries. */

import fc from "fast-check"
import { unzipSync, zipSync } from "fflate"
import * as E from "fp-ts/lib/Either.js"
import { parsePolicy } from "../../plugins/exchange/mod.ts"
import { readVecNormalize } from "../../plugins/exchange/policies/moments.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import { bytesOf, reference } from "../plugins/exchange/support.ts"
import { mutated, type Target } from "../support/fuzz.ts"

const { algorithms } = catalog
const sentence = (e: E.Either<{ readonly message: string }, unknown>): string | undefined =>
  E.isLeft(e) ? e.left.message : undefined
const fileOf = (name: string): Uint8Array => bytesOf(reference.cases.find((c) => c.name === name)?.file ?? "")
const [weights, archive, graph] = [fileOf("cleanrl_continuous"), fileOf("ppo_cartpole"), fileOf("onnx_gemm")]
const moments = bytesOf(reference.cases.find((c) => c.moments !== undefined)?.moments ?? "")

/** Archives with a damaged member: of an archive that is damaged itself, check sums let nothing through. */
const within = (bytes: Uint8Array, member: RegExp): fc.Arbitrary<Uint8Array> => {
  const files = unzipSync(bytes)
  const path = Object.keys(files).find((p) => member.test(p)) ?? ""
  return mutated([files[path] ?? new Uint8Array(0)]).map((changed) =>
    zipSync({ ...files, [path]: changed }, { level: 0 })
  )
}

const read = (name: string) => (input: Uint8Array) => sentence(parsePolicy(input, name, { algorithms }))

export const policies: readonly Target[] = [
  {
    name: "weights of PyTorch",
    valid: weights,
    inputs: fc.oneof(within(weights, /data\.pkl$/), mutated([weights])),
    read: read("a.pth")
  },
  {
    name: "archives of Stable-Baselines3",
    valid: archive,
    inputs: fc.oneof(within(archive, /^data$/), within(archive, /^policy\.pth$/)),
    read: read("a.zip")
  },
  { name: "policies as ONNX", valid: graph, inputs: mutated([graph, fileOf("onnx_matmul")]), read: read("a.onnx") },
  {
    name: "moments of VecNormalize",
    valid: moments,
    inputs: mutated([moments]),
    read: (input) => sentence(readVecNormalize(input, "a.pkl"))
  }
]
