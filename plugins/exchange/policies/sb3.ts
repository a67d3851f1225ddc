/** Stable-Baselines3's archives: `data`, what it was trained with, as JSON, beside `policy.pth`, its weights. */
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError, cannot } from "../../../core/failure/mod.ts"
import type { Activation } from "../../../core/network/mod.ts"
import { parseJson } from "../../../core/text/json.ts"
import { clipped } from "../../../core/text/printable.ts"
import { shown } from "../../../core/text/shown.ts"
import { LARGEST_INPUT } from "../../io/bounded_read.ts"
import { contentOf, membersOf } from "../../io/zip.ts"
import { FEATURES, type FoundPolicy } from "./found.ts"
import { policyIn } from "./state_dict.ts"
import { readTorch } from "./torch.ts"

/** How it was trained, as far as its archive tells. */
export interface ToldTraining {
  readonly algorithm: "ppo" | "sac"
  /** Settings of that learner here, by their names here. */
  readonly settings: Readonly<Record<string, number>>
  /** Steps of each environment between updates, and environments. */
  readonly steps?: number
  readonly environments?: number
}

/** What an archive says. */
export interface Sb3Archive {
  readonly found: FoundPolicy
  /** Bounds of continuous actions. */
  readonly bounds?: { readonly low: readonly number[]; readonly high: readonly number[] }
  readonly training: ToldTraining
}

type Data = Readonly<Record<string, unknown>>

/** Whether the members of a zip file are those of such an archive. */
export const isSb3 = (bytes: Uint8Array): boolean => membersOf(bytes)?.some((m) => m.name === "policy.pth") === true

/**
 * The policy of an archive by `model.save`. What Python would unpickle of `data` is not looked at: all that is needed stands beside
 * it as text.
 *
 * - Errors: `ArgumentError` for a damaged archive, actions other than Box and Discrete, another nonlinearity than tanh, ReLU and
 *   sigmoid, and those of {@link readTorch} and {@link policyIn}.
 * - Source: Stable-Baselines3, common/save_util.py, `data_to_json`.
 */
export const readSb3 = (bytes: Uint8Array, name: string): E.Either<ArgumentError, Sb3Archive> => {
  const member = (path: string): E.Either<ArgumentError, Uint8Array> => {
    const found = membersOf(bytes)?.find((m) => m.name === path)
    const doing = `read ${name}`
    if (found === undefined) return cannot(doing, `${path} in the archive`, "none of that name")
    if (found.size > LARGEST_INPUT) return cannot(doing, `at most ${LARGEST_INPUT} bytes in ${path}`, `${found.size}`)
    return E.mapLeft((got: string) => argumentError({ doing, want: `a whole ${path}`, got }))(contentOf(bytes, found))
  }
  return pipe(
    E.Do,
    E.bind("data", () =>
      pipe(
        member("data"),
        E.chain((text) => dataIn(text, name))
      )
    ),
    E.bind("activation", ({ data }) => activationIn(data, name)),
    E.bind("bounds", ({ data }) => boundsIn(data, name)),
    E.bind("tensors", () =>
      pipe(
        member("policy.pth"),
        E.chain((weights) => readTorch(weights, `policy.pth of ${name}`))
      )
    ),
    E.bind("found", ({ tensors }) => policyIn(tensors, name)),
    E.map(
      ({ data, found, activation, bounds }): Sb3Archive => ({
        found: activation === undefined ? found : { ...found, activation },
        ...(bounds === undefined ? {} : { bounds }),
        training: trainingIn(data, found)
      })
    )
  )
}

const dataIn = (text: Uint8Array, name: string): E.Either<ArgumentError, Data> =>
  pipe(
    parseJson(new TextDecoder().decode(text)),
    E.mapLeft((got) => argumentError({ doing: `read data of ${name}`, want: "JSON", got })),
    E.chain((value) =>
      Predicate.isObject(value) ? E.right({ ...value }) : cannot(`read data of ${name}`, "a JSON object", shown(value))
    )
  )

/** The text or value that stands under these keys. */
const at = (data: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (v, key) => (Predicate.isObject(v) && Object.hasOwn(v, key) ? Reflect.get(v, key) : undefined),
    data
  )

const known: Readonly<Record<string, Activation>> = { Tanh: "tanh", ReLU: "relu", Sigmoid: "sigmoid" }

const activationIn = (data: Data, name: string): E.Either<ArgumentError, Activation | undefined> => {
  const told = at(data, "policy_kwargs", "activation_fn")
  if (told === undefined) return E.right(undefined)
  const word = /\.(\w+)'>$/.exec(String(told))?.[1] ?? String(told)
  const activation = Object.hasOwn(known, word) ? known[word] : undefined
  return activation === undefined
    ? cannot(`read ${name}`, `activation_fn ${Object.keys(known).join(", ")}`, clipped(word), FEATURES)
    : E.right(activation)
}

const boundsIn = (data: Data, name: string): E.Either<ArgumentError, Sb3Archive["bounds"]> => {
  const kind = /\.(\w+)'>$/.exec(String(at(data, "action_space", ":type:")))?.[1]
  if (kind === "Box") {
    const [size] = numbersIn(at(data, "action_space", "_shape")) ?? []
    const of = (side: "low" | "high") => {
      const all = numbersIn(at(data, "action_space", side)) ?? []
      // Of long vectors NumPy writes some; where all are one number, that stands beside.
      const [one] = numbersIn(at(data, "action_space", `${side}_repr`)) ?? []
      return all.length === size || one === undefined ? all : new Array<number>(size ?? 0).fill(one)
    }
    const [low, high] = [of("low"), of("high")]
    return E.right(low.length > 0 && low.length === high.length ? { low, high } : undefined)
  }
  if (kind === "Discrete") {
    const start = Number(at(data, "action_space", "start") ?? 0)
    if (start === 0) return E.right(undefined)
    return cannot(`read ${name}`, "actions counted from 0", `Discrete actions from ${start}`)
  }
  return cannot(
    `read ${name}`,
    "actions of a Box or Discrete space",
    clipped(kind ?? "an archive that tells none"),
    FEATURES
  )
}

/** Numbers of a NumPy array's text, or of a list; nothing where something else is among them. */
const numbersIn = (x: unknown): readonly number[] | undefined => {
  if (typeof x === "number") return [x]
  const words = Array.isArray(x)
    ? x.map(String)
    : typeof x === "string"
      ? x
          .replaceAll(/[[\],]/g, " ")
          .trim()
          .split(/\s+/)
      : []
  const all = words.map((word) => (/^[+-]?inf$/.test(word) ? Number(word.replace("inf", "Infinity")) : Number(word)))
  return all.length === 0 || all.some(Number.isNaN) ? undefined : all
}

/** Names there and here. */
const settings = [
  ["learning_rate", "learningRate"],
  ["n_epochs", "epochs"],
  ["batch_size", "batch"],
  ["gamma", "gamma"],
  ["gae_lambda", "lambda"]
] as const

const trainingIn = (data: Data, { distribution }: FoundPolicy): ToldTraining => {
  const sac = distribution === "squashedGaussian"
  const [steps, environments] = [at(data, "n_steps"), at(data, "n_envs")]
  return {
    algorithm: sac ? "sac" : "ppo",
    settings: Object.fromEntries(
      settings.flatMap(([there, here]) => {
        const value = at(data, there)
        return typeof value === "number" && !(sac && here === "epochs") ? [[here, value] as const] : []
      })
    ),
    ...(typeof steps === "number" ? { steps } : {}),
    ...(typeof environments === "number" ? { environments } : {})
  }
}
