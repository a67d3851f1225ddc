/** Policies of others, from their files. */
import { basename, dirname, join } from "node:path"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { loadPolicy } from "../../../algorithms/internal.ts"
import { type Algorithm, type LoadedPolicy, policyFormat } from "../../../algorithms/mod.ts"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import type { Tensor } from "../../../core/service/run_store.ts"
import { LARGEST_INPUT, readFileBounded } from "../../io/bounded_read.ts"
import { readSafetensors } from "../../io/safetensors.ts"
import { isZip } from "../../io/zip.ts"
import { type Beside, type ImportedPolicy, importedPolicy } from "./build.ts"
import { readVecNormalize } from "./moments.ts"
import { readOnnx } from "./onnx.ts"
import { type WeightFiles, weightFiles } from "./onnx_weights.ts"
import { isSb3, readSb3 } from "./sb3.ts"
import { type PlainLayers, policyIn } from "./state_dict.ts"
import { readTorch } from "./torch.ts"

/** What is said of a file beside its name. */
export interface PolicyOptions extends PlainLayers {
  /** A `vec_normalize.pkl` beside it. */
  readonly moments?: string | undefined
}

type Known = readonly Pick<Algorithm<unknown>, "id" | "version" | "makePolicy">[]

/**
 * Reads a policy: an archive of Stable-Baselines3 (`.zip`), weights of PyTorch (`.pth`, `.pt`, `.cleanrl_model`), `.safetensors`
 * (weights, or a policy of this package), an ONNX graph. Nothing of a file is run.
 *
 * - Errors: `FileError`; `ArgumentError` naming what is not read, and why.
 */
export const readPolicy = Effect.fn("exchange.readPolicy")(function* (
  path: string,
  { moments, ...plain }: PolicyOptions,
  algorithms: Known
) {
  const bytes = yield* readFileBounded(path)
  const files = new Map<string, Uint8Array>()
  for (const name of isOnnx(path) ? weightFiles(bytes) : []) {
    const fix = `it holds weights of ${basename(path)}: keep them together, or export with external_data=False`
    files.set(name, yield* readFileBounded(join(dirname(path), name), LARGEST_INPUT, fix))
  }
  const normaliser =
    moments === undefined ? undefined : yield* fromEither(readVecNormalize(yield* readFileBounded(moments), moments))
  return yield* fromEither(parsePolicy(bytes, path, { plain, algorithms, normaliser, files }))
})

const isOnnx = (name: string): boolean => /\.onnx$/i.test(name)

/** The pure half of {@link readPolicy}. */
export const parsePolicy = (
  bytes: Uint8Array,
  name: string,
  {
    plain = {},
    algorithms,
    normaliser,
    files
  }: {
    readonly plain?: PlainLayers
    readonly algorithms: Known
    /** Beside an ONNX graph. */
    readonly files?: WeightFiles | undefined
  } & Pick<Beside, "normaliser">
): E.Either<ArgumentError, ImportedPolicy> => {
  const build = (found: Parameters<typeof importedPolicy>[0], beside: Beside = {}) =>
    importedPolicy(
      plain.activation === undefined ? found : { ...found, activation: plain.activation },
      { ...beside, normaliser },
      name,
      algorithms
    )
  if (isZip(bytes)) {
    if (isSb3(bytes))
      return pipe(
        readSb3(bytes, name),
        E.chain(({ found, ...beside }) => build(found, beside))
      )
    return pipe(
      readTorch(bytes, name),
      E.chain((tensors) => policyIn(tensors, name, plain)),
      E.chain((found) => build(found))
    )
  }
  if (isOnnx(name))
    return pipe(
      readOnnx(bytes, name, files),
      E.chain((found) => build(found))
    )
  if (/\.safetensors$/i.test(name)) {
    return pipe(
      readSafetensors(bytes, name),
      E.chain(
        (file): E.Either<ArgumentError, ImportedPolicy> =>
          file.meta.format === policyFormat
            ? pipe(
                loadPolicy(file, algorithms),
                E.map((loaded) => ({ ...loaded, by: "policygradex", ...ownCritic(loaded, file.tensors) }))
              )
            : pipe(
                policyIn(file.tensors, name, plain),
                E.chain((found) => build(found))
              )
      )
    )
  }
  // Before PyTorch 1.6 it was a pickle alone.
  return bytes[0] === 0x80
    ? pipe(
        readTorch(bytes, name),
        E.chain(() => none(name))
      )
    : none(name)
}

/** The value function beside a policy of ours, where it is a network like the policy's. */
const ownCritic = ({ policy }: LoadedPolicy, tensors: readonly Tensor[]): Pick<ImportedPolicy, "critic"> => {
  const theta = tensors.find((t) => t.name === "value")?.data
  const network = policy.network.sized(policy.inputs, 1)
  return theta?.length === network.layout.size ? { critic: { network, theta } } : {}
}

const none = (name: string): E.Either<ArgumentError, never> =>
  cannot(
    `read ${name}`,
    "an archive of Stable-Baselines3 (.zip), weights of PyTorch (.pth, .pt, .cleanrl_model), .safetensors or .onnx",
    "a file of another kind"
  )
