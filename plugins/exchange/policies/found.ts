/** A policy as the files of others have it: fully connected layers, and what becomes of the last one's output. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import type { Activation } from "../../../core/network/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import type { Tensor } from "../../../core/service/run_store.ts"
import { clipped } from "../../../core/text/printable.ts"

/** z = W h + b. */
export interface Dense {
  readonly name: string
  readonly inputs: number
  readonly outputs: number
  /** `[outputs, inputs]`. */
  readonly weight: Floats
  /** `[outputs]`. */
  readonly bias: Floats
}

/** What a file says, before it is a policy. */
export interface FoundPolicy {
  /** Whose names it has. */
  readonly by: string
  readonly layers: readonly Dense[]
  readonly distribution: "categorical" | "gaussian" | "squashedGaussian"
  /** Of a Gaussian, log σ of each component: `[n]`. */
  readonly logStd?: Floats
  /** φ of the hidden layers, where the file or its author's habit tells. */
  readonly activation?: Activation
  /** v(s), where it is a network of such layers too. */
  readonly critic?: readonly Dense[]
}

/** A layer's weight and bias by their names. Errors: `ArgumentError` for what is no matrix, and a bias of another length. */
export const dense = (
  tensors: ReadonlyMap<string, Tensor>,
  layer: string,
  name: string
): E.Either<ArgumentError, Dense> => {
  const bad = (want: string, got: string, fix = "") => cannot(`read ${name}`, want, got, fix)
  const weight = tensors.get(`${layer}.weight`)
  const [outputs, inputs] = weight?.shape ?? []
  if (weight === undefined || outputs === undefined || inputs === undefined || weight.shape.length !== 2) {
    const got = weight === undefined ? "none" : `shape (${weight.shape.join(", ")})`
    return bad(`${clipped(layer)}.weight, a matrix`, got, FEATURES)
  }
  const bias = tensors.get(`${layer}.bias`)?.data ?? new Float32Array(outputs)
  if (bias.length !== outputs) return bad(`${outputs} numbers in ${clipped(layer)}.bias`, `${bias.length}`)
  return E.right({ name: layer, inputs, outputs, weight: weight.data, bias })
}

/** What there is for any other model. */
export const FEATURES =
  "of any other model, have Python write gradients as features or as a mean and its noise: docs/python.md, section Any model"

/** `PREFIX.0`, `PREFIX.2`, …: the layers of a `torch.nn.Sequential` that have weights, in order. */
export const sequence = (
  tensors: ReadonlyMap<string, Tensor>,
  prefix: string,
  name: string
): E.Either<ArgumentError, readonly Dense[]> => {
  const start = `${prefix}.`
  const places = [...tensors.keys()].flatMap((key) => {
    const place = key.startsWith(start) ? /^(\d+)\.weight$/.exec(key.slice(start.length))?.[1] : undefined
    return place === undefined ? [] : [Number(place)]
  })
  return all(places.toSorted((a, b) => a - b).map((place) => dense(tensors, `${start}${place}`, name)))
}

/** All of them, or the first that is refused. */
export const all = <A>(parts: readonly E.Either<ArgumentError, A>[]): E.Either<ArgumentError, readonly A[]> =>
  parts.find(E.isLeft) ?? E.right(parts.flatMap((p) => (E.isRight(p) ? [p.right] : [])))

/** Two layers on one input as one: outputs of the first, then those of the second. */
export const beside = (a: Dense, b: Dense): Dense => ({
  name: `${a.name} and ${b.name}`,
  inputs: a.inputs,
  outputs: a.outputs + b.outputs,
  weight: Float64Array.from([...a.weight, ...b.weight]),
  bias: Float64Array.from([...a.bias, ...b.bias])
})

/** Whether each layer takes what the one before it gives. Errors: `ArgumentError` naming the two. */
export const linked = (layers: readonly Dense[], name: string): E.Either<ArgumentError, readonly Dense[]> => {
  if (layers.length === 0) return cannot(`read ${name}`, "layers of a policy", "none")
  const odd = layers.findIndex((l, i) => i > 0 && l.inputs !== layers[i - 1]!.outputs)
  if (odd < 0) return E.right(layers)
  const [before, after] = [layers[odd - 1]!, layers[odd]!]
  const want = `${before.outputs} inputs of ${clipped(after.name)}, as many as ${clipped(before.name)} gives`
  return cannot(`read ${name}`, want, `${after.inputs}`, "name the layers in their order by --layers")
}
