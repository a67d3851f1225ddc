/** A policy as named arrays and texts, all that is needed to act with it again: what a `.safetensors` file holds. */

import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../core/failure/mod.ts"
import type { Floats } from "../core/random/mod.ts"
import { Numbers } from "../core/service/data.ts"
import { jsonText, misfit } from "../core/service/decoding.ts"
import type { Tensor } from "../core/service/run_store.ts"
import { choices } from "../core/text/choices.ts"
import { clipped } from "../core/text/printable.ts"
import type { Environment, Task } from "../envs/mod.ts"
import type { Algorithm } from "./algorithm.ts"
import type { Architecture } from "./architecture.ts"
import { mlpArchitecture } from "./architectures.ts"
import { ParamsData } from "./env_data.ts"
import { momentsFlaw, momentsSize } from "./normalise.ts"
import { NetworkConfig, type Policy } from "./policy.ts"

/** Rises when a reader of older files would misread newer ones. */
export const policyFormat = "policygradex-policy/1"

/** How a learner's own arrays are called in a policy's file: this, and their name. */
export const STATE_PREFIX = "state."

/** A file's arrays and its metadata. */
export interface SavedPolicy {
  readonly tensors: readonly Tensor[]
  readonly meta: Readonly<Record<string, string>>
}

/** Who trained a policy, and on what. */
export interface PolicyOrigin {
  readonly algorithm: Pick<Algorithm<unknown>, "id" | "version">
  readonly environment: Pick<Environment, "id" | "version">
  /** The tasks that it was trained on. */
  readonly tasks: readonly Pick<Task, "id" | "params">[]
  /** What it normalises by, where it does; see `normalise.ts`. */
  readonly moments?: Floats | undefined
}

/** A policy that came back from a file; θ bit for bit as it was saved. */
export interface LoadedPolicy extends PolicyOrigin {
  readonly policy: Policy
  readonly theta: Floats
}

const text = <S extends Schema.Constraint>(schema: S) => jsonText(Schema.toCodecJson(schema))
const Names = Schema.Array(Schema.String)
const Thing = Schema.Struct({ id: Schema.String, version: Schema.String })
const Space = Schema.Union([
  Schema.Struct({
    _tag: Schema.Literal("Box"),
    low: Numbers,
    high: Numbers,
    names: Names,
    units: Names,
    dtype: Schema.Literals(["float32", "float64"])
  }),
  Schema.Struct({ _tag: Schema.Literal("Discrete"), n: Schema.Int, names: Names })
])

/** Every value a text, as the format wants it. */
const Meta = Schema.Struct({
  format: Schema.Literal(policyFormat),
  algorithm: text(Thing),
  environment: text(Thing),
  network: text(NetworkConfig),
  spaces: text(Schema.Struct({ observation: Space, action: Space })),
  taskIds: text(Names),
  tasks: text(Schema.Array(Schema.Struct({ id: Schema.String, params: ParamsData }))),
  // Whether the array "moments" is there: readers that know of none refuse a policy that normalises.
  normalisation: Schema.Literals(["none", "moments"])
})

const encode = Schema.encodeSync(Meta)
const decode = Schema.decodeUnknownResult(Meta)

/**
 * Arrays in a file's order: these names first, all others behind them by name.
 *
 * Whoever hands arrays over has them in some order of its own, which is lost where a training is kept and taken up again:
 * the file's bytes must not tell.
 */
const inOrder = (tensors: readonly Tensor[]): readonly Tensor[] => {
  const place = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)
  return tensors.toSorted((a, b) => place(a.name) - place(b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

const first = ["policy", "moments", "value", "state.rate", "state.m", "state.v", "state.correction", "state.weight"]

/**
 * The policy at θ, with arrays of other things (a value function) beside it where wanted, in any order.
 *
 * - Shapes: θ `[policy.size]`; moments `[momentsSize(policy)]`.
 */
export const savePolicy = (
  policy: Policy,
  theta: Floats,
  { algorithm, environment, tasks, moments }: PolicyOrigin,
  others: readonly Tensor[] = []
): SavedPolicy => ({
  tensors: inOrder([
    { name: "policy", shape: [theta.length], data: theta },
    ...(moments === undefined ? [] : [{ name: "moments", shape: [moments.length], data: Float64Array.from(moments) }]),
    ...others
  ]),
  meta: encode({
    format: policyFormat,
    algorithm: { id: algorithm.id, version: algorithm.version },
    environment: { id: environment.id, version: environment.version },
    network: named(policy.config),
    spaces: { observation: policy.spaces.observation, action: policy.spaces.action },
    taskIds: policy.taskIds,
    tasks: tasks.map(({ id, params }) => ({ id, params })),
    normalisation: moments === undefined ? "none" : "moments"
  })
})

/** Without the id of the architecture that is meant where none is named: older readers know no other. */
const named = ({ id, options, ...config }: NetworkConfig): NetworkConfig => ({
  ...(id === undefined || id === mlpArchitecture.id ? {} : { id }),
  ...config,
  ...(options === undefined ? {} : { options })
})

/**
 * The policy that was saved, made by the algorithm that trained it.
 *
 * - Errors: `ArgumentError` for another format, an algorithm that there is none of, arrays of another size than the
 *   architecture's, numbers that are not finite, moments that no observations have, and, where `wanted` is given, another
 *   architecture than that policy's; both are named.
 */
export const loadPolicy = (
  { tensors, meta }: SavedPolicy,
  algorithms: readonly Pick<Algorithm<unknown>, "id" | "makePolicy">[],
  wanted?: Policy,
  architectures?: readonly Architecture[]
): E.Either<ArgumentError, LoadedPolicy> => {
  const bad = (field: string, want: string, got: string) => cannot("load a policy", `${field} ${want}`, got)
  if (meta.format !== policyFormat) return bad("format", policyFormat, clipped(meta.format ?? "a file without one"))
  const decoded = decode(meta)
  if (decoded._tag === "Failure") return bad("metadata", "as a policy's file has it", misfit(decoded.failure))
  const { algorithm, environment, network, spaces, taskIds, tasks } = decoded.success
  const by = algorithms.find((a) => a.id === algorithm.id)
  if (by === undefined)
    return bad(
      "algorithm",
      `one of ${choices(
        algorithms.map((a) => a.id),
        algorithm.id
      )}`,
      clipped(algorithm.id)
    )
  const made = by.makePolicy(spaces, network, taskIds, architectures)
  if (E.isLeft(made)) return bad("architecture", made.left.want, made.left.got)
  const policy = made.right
  const theta = tensors.find((t) => t.name === "policy")?.data
  if (theta?.length !== policy.size) {
    return bad(
      'array "policy"',
      `${policy.size} numbers for ${architectureOf(policy)}`,
      `${theta?.length ?? "nothing"}`
    )
  }
  const odd = theta.findIndex((x) => !Number.isFinite(x))
  if (odd >= 0) return bad('array "policy"', "of finite numbers", `${theta[odd]} at ${odd}`)
  const moments = tensors.find((t) => t.name === "moments")?.data
  const length = momentsSize(policy)
  if ((moments?.length ?? 0) !== length) {
    return bad('array "moments"', `${length} numbers to normalise by`, `${moments?.length ?? "nothing"}`)
  }
  const flaw = moments === undefined ? undefined : momentsFlaw(policy, moments)
  if (flaw !== undefined) {
    return bad('array "moments"', "of finite numbers, counts above 0 and sums of squares from 0 on", flaw)
  }
  if (wanted !== undefined && architectureOf(wanted) !== architectureOf(policy)) {
    return bad("architecture", architectureOf(wanted), architectureOf(policy))
  }
  return E.right({ policy, theta, algorithm, environment, tasks, ...(moments === undefined ? {} : { moments }) })
}

/** What θ is a parameter of, in words; equal where θ may be exchanged. */
export const architectureOf = ({ inputs, config, taskIds, network, distribution, size }: Policy): string =>
  [
    `${inputs} inputs${taskIds.length > 0 ? ` (tasks ${taskIds.join(", ")})` : ""}`,
    ...(network.id === mlpArchitecture.id ? [] : [network.id]),
    ...network.words,
    `${network.outputs} outputs of a ${distribution}`,
    `${size} parameters`,
    ...normalisedOf(config)
  ].join(", ")

const normalisedOf = ({
  normalise: { observation, reward } = { observation: false, reward: false }
}: NetworkConfig) => [
  ...(observation ? ["observations normalised"] : []),
  ...(reward === false ? [] : [`rewards normalised${reward === "perTask" ? " by task" : ""}`])
]
