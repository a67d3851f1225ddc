/** Whose weights they are, by the names that the libraries of reinforcement learning give them. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import type { Activation } from "../../../core/network/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import type { Tensor } from "../../../core/service/run_store.ts"
import { choices, suggestion } from "../../../core/text/choices.ts"
import { clipped } from "../../../core/text/printable.ts"
import { all, beside, type Dense, dense, FEATURES, type FoundPolicy, linked, sequence } from "./found.ts"

type Tensors = ReadonlyMap<string, Tensor>
type Read = E.Either<ArgumentError, FoundPolicy>

/** What a person says of weights whose names say nothing. */
export interface PlainLayers {
  /** Names of the layers from observation to output, without `.weight`. */
  readonly layers?: readonly string[] | undefined
  readonly activation?: Activation | undefined
}

/** A library's habit. */
interface Author {
  readonly by: string
  /** A name that only its files have; what stands before it in a file is cut off everywhere. */
  readonly marker: string
  readonly read: (t: Tensors, name: string) => Read
}

const authors: readonly Author[] = [
  {
    by: "Stable-Baselines3",
    marker: "mlp_extractor.policy_net.",
    read: (t, name) =>
      actorCritic(t, name, { actor: sequence(t, "mlp_extractor.policy_net", name), head: "action_net" })
  },
  {
    by: "Stable-Baselines3",
    marker: "action_net.weight",
    read: (t, name) => actorCritic(t, name, { actor: E.right([]), head: "action_net" })
  },
  {
    by: "Stable-Baselines3, SAC",
    marker: "actor.latent_pi.",
    read: (t, name) =>
      pipe(
        all([dense(t, "actor.mu", name), dense(t, "actor.log_std", name)]),
        E.chain(([mean, logStd]) =>
          E.map((l: readonly Dense[]) => [...l, beside(mean!, logStd!)])(sequence(t, "actor.latent_pi", name))
        ),
        E.map(
          (layers): FoundPolicy => ({
            by: "Stable-Baselines3, SAC",
            layers,
            distribution: "squashedGaussian",
            activation: "relu"
          })
        )
      )
  },
  {
    by: "CleanRL",
    marker: "actor_mean.",
    read: (t, name) =>
      pipe(
        sequence(t, "actor_mean", name),
        E.chain((layers) => cleanRl(t, name, layers, t.get("actor_logstd")?.data))
      )
  },
  {
    by: "CleanRL",
    marker: "actor.0.weight",
    read: (t, name) =>
      pipe(
        sequence(t, "actor", name),
        E.chain((layers) => cleanRl(t, name, layers, undefined))
      )
  }
]

/** What is known and cannot be a policy here, by a name that only such files have. */
const refusals: readonly (readonly [marker: RegExp, got: string])[] = [
  [/(?:^|\.)lstm_actor\./, "a recurrent policy, whose log π depends on what was before"],
  [/(?:^|\.)q_net(?:work)?\./, "a value function of actions (DQN), which has no log π"],
  [/(?:^|\.)actor\.mu\.\d+\.weight$/, "a deterministic actor (TD3 or DDPG), which has no log π"],
  [/(?:^|\.)fc_logstd\.weight$/, "CleanRL's SAC, whose log σ goes through another tanh"],
  [/(?:^|\.)(?:pi_)?features_extractor\..*weight$/, "a policy behind a features extractor with weights of its own"]
]

/**
 * The policy among a file's tensors.
 *
 * - Errors: `ArgumentError` for a kind of policy that has no log π or is not made of fully connected layers, named; for layers that do
 *   not follow each other; for names that say nothing, where `plain` does not either.
 * - Source: Stable-Baselines3, common/policies.py and sac/policies.py; CleanRL, ppo.py and ppo_continuous_action.py.
 */
export const policyIn = (tensors: readonly Tensor[], name: string, plain: PlainLayers = {}): Read => {
  const names = tensors.map((t) => t.name)
  if (plain.layers === undefined) {
    for (const [marker, got] of refusals) {
      if (names.some((n) => marker.test(n)))
        return cannot(`read ${name}`, "a stochastic policy of fully connected layers", got, FEATURES)
    }
    for (const author of authors) {
      const at = names.map((n) => markerAt(n, author.marker)).find((i) => i >= 0)
      if (at === undefined) continue
      const found = names.find((n) => markerAt(n, author.marker) === at)!
      return pipe(
        author.read(without(tensors, found.slice(0, at)), name),
        E.chain((p) => E.map((layers: readonly Dense[]): FoundPolicy => ({ ...p, layers }))(linked(p.layers, name)))
      )
    }
  }
  return plainPolicy(new Map(tensors.map((t) => [t.name, t])), name, plain)
}

/** Where a marker begins a name, or a part of it behind a dot. */
const markerAt = (name: string, marker: string): number => {
  const at = name.indexOf(marker)
  return at === 0 || name[at - 1] === "." ? at : -1
}

const without = (tensors: readonly Tensor[], prefix: string): Tensors =>
  new Map(tensors.flatMap((t) => (t.name.startsWith(prefix) ? [[t.name.slice(prefix.length), t] as const] : [])))

const actorCritic = (
  t: Tensors,
  name: string,
  { actor, head }: { readonly actor: E.Either<ArgumentError, readonly Dense[]>; readonly head: string }
): Read => {
  const logStd = t.get("log_std")
  if (logStd !== undefined && logStd.shape.length > 1) {
    return cannot(
      `read ${name}`,
      "one log σ for each action component",
      "a matrix: exploration that depends on the state (use_sde)",
      FEATURES
    )
  }
  return pipe(
    actor,
    E.chain((hidden) => E.map((last: Dense) => [...hidden, last])(dense(t, head, name))),
    E.map((layers) => ({
      by: "Stable-Baselines3",
      layers,
      activation: "tanh",
      ...withCritic(
        pipe(
          sequence(t, "mlp_extractor.value_net", name),
          E.chain((l) => E.map((v: Dense) => [...l, v])(dense(t, "value_net", name)))
        ),
        name
      ),
      ...(logStd === undefined ? { distribution: "categorical" } : { distribution: "gaussian", logStd: logStd.data })
    }))
  )
}

const cleanRl = (t: Tensors, name: string, layers: readonly Dense[], logStd: Floats | undefined): Read =>
  E.right({
    by: "CleanRL",
    layers,
    activation: "tanh",
    ...withCritic(sequence(t, "critic", name), name),
    ...(logStd === undefined ? { distribution: "categorical" } : { distribution: "gaussian", logStd })
  })

/** A critic that is one; a policy does without. */
const withCritic = (critic: E.Either<ArgumentError, readonly Dense[]>, name: string): Pick<FoundPolicy, "critic"> => {
  const whole = pipe(
    critic,
    E.chain((layers) => linked(layers, name))
  )
  return E.isRight(whole) && whole.right.at(-1)?.outputs === 1 ? { critic: whole.right } : {}
}

/** Layers by the names that a person gives, or all matrices in the file's order. */
const plainPolicy = (t: Tensors, name: string, { layers, activation }: PlainLayers): Read => {
  const matrices = [...t.values()].filter((x) => x.shape.length === 2 && x.name.endsWith(".weight"))
  const known = matrices.map((m) => m.name.slice(0, -".weight".length))
  const unknown = layers?.find((layer) => !known.includes(layer))
  if (unknown !== undefined)
    return cannot(`read ${name}`, `layers that are there`, clipped(unknown), suggestion(unknown, known))
  if (known.length === 0)
    return cannot(`read ${name}`, "layers NAME.weight and NAME.bias", `one of ${choices([...t.keys()])}`, FEATURES)
  const logStd = [...t.values()].find((x) => /log_?std$/i.test(x.name))?.data
  return pipe(
    all((layers ?? known).map((layer) => dense(t, layer, name))),
    E.chain((found) => linked(found, name)),
    E.chain((found): Read => {
      if (activation === undefined && found.length > 1) {
        return cannot(
          `read ${name}`,
          "the nonlinearity of its hidden layers",
          "names that do not tell it",
          "say --activation tanh, relu or sigmoid"
        )
      }
      return E.right({
        by: "plain layers",
        layers: found,
        ...(activation === undefined ? {} : { activation }),
        ...(logStd === undefined ? { distribution: "categorical" } : { distribution: "gaussian", logStd })
      })
    })
  )
}
