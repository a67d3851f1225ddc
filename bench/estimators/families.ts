/** The families on which estimators are compared, each at a scale where a training takes seconds. */
import type { Ppo } from "../../algorithms/mod.ts"
import { presets } from "../../pipeline/internal.ts"
import type { RunConfig } from "../../pipeline/mod.ts"

/** A family with what trains on it. */
export interface Course {
  readonly name: string
  readonly config: RunConfig
}

const course = (name: string, preset: string, change: (c: RunConfig) => Partial<RunConfig>): Course => {
  const base = presets[preset]!
  return { name, config: { ...base, preset: name, ...change(base) } }
}

const quickPpo = (change: Partial<Ppo>): RunConfig["algorithm"] => {
  const { algorithm } = presets["cartpole-length"]!
  return { id: "ppo", ppo: { ...(algorithm.ppo as Ppo), ...change } }
}

/** Little of everything: 512 steps a task an iteration, as where steps are dear. */
const scarce = (c: RunConfig): Partial<RunConfig> => ({
  meta: { ...c.meta, stepsPerTask: 512 },
  truth: { ...c.truth, stepsPerTask: 512, iterations: 8 }
})

const transitions = (c: RunConfig): Pick<RunConfig, "surrogate"> => ({
  surrogate: { ...c.surrogate, transitionsPerTask: 16_384 }
})

/** Every preset's family, and others of the kinds that users bring. */
export const courses: readonly Course[] = [
  course("quick", "quick", () => ({})),
  course("cartpole-mirrored", "cartpole-length", (c) => ({
    ...transitions(c),
    family: { id: "cartpole-mirrored", n: 8, options: {} }
  })),
  course("cartpole-length", "cartpole-length", (c) => ({
    ...transitions(c),
    family: { id: "cartpole-length", n: 8, options: {} }
  })),
  course("cartpole-scarce", "cartpole-length", (c) => ({
    ...transitions(c),
    ...scarce(c),
    family: { id: "cartpole-mirrored", n: 8, options: { jitter: 0.3 } }
  })),
  course("navigation", "navigation", (c) => ({ ...transitions(c), truth: { ...c.truth, iterations: 8 } })),
  course("frozenlake", "frozenlake", (c) => ({
    ...transitions(c),
    family: { ...c.family, n: 8 },
    truth: { ...c.truth, iterations: 8 },
    evaluation: { ...c.evaluation, episodes: 100 }
  })),
  course("grid-world", "cartpole-length", (c) => ({
    ...transitions(c),
    ...scarce(c),
    family: { id: "grid-world-corners", n: 8, options: {} },
    algorithm: quickPpo({ learningRate: 3e-3, gamma: 0.95 })
  })),
  course("lq-planted", "cartpole-length", (c) => ({
    ...transitions(c),
    ...scarce(c),
    family: { id: "lq-planted", n: 8, options: {} }
  })),
  course("highway-density", "highway-density", (c) => ({
    ...transitions(c),
    family: { ...c.family, n: 6 },
    meta: { ...c.meta, stepsPerTask: 1024 },
    truth: { ...c.truth, stepsPerTask: 1024, iterations: 5 },
    evaluation: { ...c.evaluation, episodes: 40 }
  })),
  course("pendulum-length", "pendulum", (c) => ({
    surrogate: { ...c.surrogate, transitionsPerTask: 8192 }
  })),
  // Forward and backward, three of each; in MuJoCo without Python, by the assets that `pgex assets get gymnasium` fetches.
  course("halfcheetah-direction", "cartpole-length", (c) => ({
    ...transitions(c),
    family: { id: "halfcheetah-direction", n: 6, options: {} },
    algorithm: quickPpo({ batch: 512, learningRate: 3e-4 }),
    normalise: { observation: true, reward: true },
    meta: { ...c.meta, iterations: 3 },
    truth: { ...c.truth, iterations: 6 },
    evaluation: { ...c.evaluation, episodes: 4 }
  })),
  course("lunarlander-gravity", "lunarlander-gravity", (c) => ({
    ...transitions(c),
    family: { ...c.family, n: 6 },
    truth: { ...c.truth, iterations: 4 },
    evaluation: { ...c.evaluation, episodes: 10 }
  }))
]
