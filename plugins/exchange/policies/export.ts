/** A policy back to Python: weights by the names that plain PyTorch or Stable-Baselines3 give them. */
import * as E from "fp-ts/lib/Either.js"
import type { LoadedPolicy } from "../../../algorithms/mod.ts"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import type { Tensor } from "../../../core/service/run_store.ts"
import { archive, writeTorch } from "./to_torch.ts"

/** Whose names the layers get: those of a `torch.nn.Sequential` called actor, or of Stable-Baselines3's policies. */
export type StateDictNames = "plain" | "sb3"

/**
 * The state dictionary of a fully connected policy: layers, and log σ of a Gaussian.
 *
 *     plain:  actor.0, actor.2, …, log_std          sb3, PPO:  mlp_extractor.policy_net.0, …, action_net, log_std
 *                                                   sb3, SAC:  actor.latent_pi.0, …, actor.mu, actor.log_std
 *
 * - Errors: `ArgumentError` for another architecture than an mlp, and for one that normalises observations, which weights do not tell.
 */
export const stateDict = (
  { policy, theta, moments }: Pick<LoadedPolicy, "policy" | "theta" | "moments">,
  names: StateDictNames
): E.Either<ArgumentError, readonly Tensor[]> => {
  const { network, distribution } = policy
  if (network.id !== "mlp" || !network.layout.blocks.every((b) => /^[Wb]\d+$/.test(b.name))) {
    return cannot("export weights", "a fully connected policy (mlp)", network.id, "--onnx takes every architecture")
  }
  if (moments !== undefined && policy.config.normalise?.observation === true) {
    return cannot(
      "export weights",
      "a policy of observations as they are",
      "one that normalises them",
      "--onnx does that too"
    )
  }
  const last = network.layout.blocks.length / 2
  const squashed = distribution === "squashedGaussian"
  const layerOf = (layer: number): string => {
    if (names === "plain") return `actor.${2 * (layer - 1)}`
    if (layer < last) return `${squashed ? "actor.latent_pi" : "mlp_extractor.policy_net"}.${2 * (layer - 1)}`
    return squashed ? "actor.mu" : "action_net"
  }
  const tensors = network.layout.blocks.flatMap(({ name, shape, offset, size }): readonly Tensor[] => {
    const [kind, layer] = [name.startsWith("W") ? "weight" : "bias", Number(name.slice(1))]
    const data = Float32Array.from(theta.subarray(offset, offset + size))
    const whole = { name: `${layerOf(layer)}.${kind}`, shape, data }
    if (names === "plain" || !squashed || layer < last) return [whole]
    // Means first, then log σ.
    const half = [(shape[0] ?? 0) / 2, ...shape.slice(1)]
    const second = { name: `actor.log_std.${kind}`, shape: half, data: data.subarray(size / 2) }
    return [{ ...whole, shape: half, data: data.subarray(0, size / 2) }, second]
  })
  return E.right(distribution === "gaussian" ? [...tensors, logStd(theta, network.layout.size)] : tensors)
}

const logStd = (theta: Floats, from: number): Tensor => {
  const data = Float32Array.from(theta.subarray(from))
  return { name: "log_std", shape: [data.length], data }
}

/** The bytes of a `.pth` file. Errors: those of {@link stateDict}. */
export const policyToTorch = (loaded: LoadedPolicy): E.Either<ArgumentError, Uint8Array> =>
  E.map(writeTorch)(stateDict(loaded, "plain"))

/**
 * The bytes of a `.zip` that `model.set_parameters(FILE, exact_match=False)` of Stable-Baselines3 takes, for a model of the same
 * architecture: `data` says which. Errors: those of {@link stateDict}.
 */
export const policyToSb3 = (loaded: LoadedPolicy): E.Either<ArgumentError, Uint8Array> =>
  E.map((tensors: readonly Tensor[]) => {
    const { network, spaces, config } = loaded.policy
    const widths = network.layout.blocks.flatMap((b) => (b.name.startsWith("W") ? [b.shape[0] ?? 0] : [])).slice(0, -1)
    const { action } = spaces
    const data = {
      policy_kwargs: {
        net_arch: widths,
        activation_fn: `<class 'torch.nn.modules.activation.${classes[config.activation]}'>`
      },
      action_space:
        action._tag === "Discrete"
          ? { ":type:": "<class 'gymnasium.spaces.discrete.Discrete'>", n: action.n, start: 0 }
          : {
              ":type:": "<class 'gymnasium.spaces.box.Box'>",
              _shape: [action.low.length],
              low: numbersText(action.low),
              high: numbersText(action.high)
            }
    }
    return archive({ data: new TextEncoder().encode(JSON.stringify(data, null, 4)), "policy.pth": writeTorch(tensors) })
  })(stateDict(loaded, "sb3"))

const classes = { tanh: "Tanh", relu: "ReLU", sigmoid: "Sigmoid" } as const

const numbersText = (x: readonly number[]): string =>
  `[${x.map((v) => String(v).replace("Infinity", "inf")).join(" ")}]`
