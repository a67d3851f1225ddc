/** From θ★ to affinities without training anything: collect, project, solve all subsets, compare. */
import { Effect } from "effect"
import { baselineFitter, gaeInto, standardiseInPlace } from "../../core/estimate/mod.ts"
import { norm } from "../../core/linalg/mod.ts"
import { type ProjectionKind, projector } from "../../core/pipeline/features.ts"
import { firstOrderCheck } from "../../core/pipeline/first_order.ts"
import { solveSubsets, type TaskData, taskLosses } from "../../core/pipeline/solve_subsets.ts"
import { child, fillNormal, type Key, stream } from "../../core/random/mod.ts"
import { centred, equation5, gradientCosine, type SubsetScore } from "../../core/surrogate/affinity.ts"
import { type Subset, subsets } from "../../core/surrogate/subsets.ts"
import type { Task } from "../../envs/mod.ts"
import type { Fixed, Transitions } from "../algorithm.ts"
import { lift, type ProblemError } from "../error.ts"
import type { Setting } from "./training.ts"

export interface EstimateConfig {
  readonly transitionsPerTask: number
  readonly projection: ProjectionKind
  readonly dimension: number
  /** μ in units of the largest curvature. */
  readonly damping: number
  /** Largest ‖Px‖/‖θ★‖ of an adapted policy, or none. */
  readonly trustRadius: number | "off"
  readonly subsets: number | "all"
  readonly subsetSize: number
  readonly normaliseAdvantages: boolean
  readonly baseline: "task" | "critic"
  /** γ and λ of the advantages. */
  readonly gamma: number
  readonly lambda: number
}

/** Advantages of one task with a baseline of its own, in the order of the transitions. */
export const ownAdvantages = (
  t: Transitions,
  gamma: number,
  lambda: number,
  width: number,
  size: number
): Effect.Effect<Float64Array, ProblemError> => {
  const fit = baselineFitter(t.observation, width, size, t.count)
  const advantage = Float64Array.from(t.advantage)
  const target = Float64Array.from({ length: t.count }, (_, i) => t.advantage[i]! + t.value[i]!)
  // Each round moves the λ-returns from the critic's bootstrap towards the baseline's own.
  return Effect.gen(function* () {
    for (let round = 0; round < ROUNDS; round++) {
      const baseline = fit(target)
      const value = baseline.values(t.observation, width, t.count)
      const next = baseline.values(t.nextObservation, size, t.count)
      for (let i = 0; i < t.count; i++) if (t.terminated[i] === 1) next[i] = 0
      const columns = { reward: t.reward, value, next, terminated: t.terminated, truncated: t.truncated }
      yield* lift(gaeInto(gamma, lambda, t.environments)(columns, advantage))
      for (let i = 0; i < t.count; i++) target[i] = advantage[i]! + value[i]!
    }
    return advantage
  })
}

/** Rounds of fitting λ-returns; more change little. */
const ROUNDS = 4

/** What is estimated of every subset, and how far the estimates can be trusted. */
export const estimate = Effect.fn("policygradex.estimate")(function* <C>(
  setting: Setting<C>,
  tasks: readonly Task[],
  at: Fixed,
  c: EstimateConfig,
  key: Key
) {
  const { policy, environment } = setting
  const transitions = yield* collect(setting, tasks, at, c, key)
  const drawn = yield* lift(subsets(stream(child(key, "subsets")), tasks.length, c.subsetSize, c.subsets))
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const p = yield* projector(c.projection, policy, c.dimension, child(key, "projection"))
      const data: TaskData[] = []
      for (const t of transitions) {
        const size = t.nextObservation.length / t.count
        const advantages =
          c.baseline === "task"
            ? yield* ownAdvantages(t, c.gamma, c.lambda, policy.inputs, size)
            : Float64Array.from(t.advantage)
        if (c.normaliseAdvantages) standardiseInPlace(advantages)
        const features = yield* p.features(at.policy, t)
        data.push({ features, advantages: Float32Array.from(advantages) })
      }
      const solved = yield* solveSubsets(data, drawn, {
        dimension: c.dimension,
        mu: { curvatures: c.damping },
        tolerance: 1e-4,
        maxEvaluations: 200
      })
      const length = norm(at.policy)
      const relative = Array.from(p.lengths(solved.x), (l) => l / length)
      const x = withinRadius(solved.x, relative, c.trustRadius, c.dimension)
      const losses = yield* taskLosses(data, x, c.dimension)
      const unadapted = data.map(lossAtZero)
      const scored = (f: (task: number, k: number) => number): readonly SubsetScore[] =>
        drawn.map((s, k) => ({ tasks: s, values: s.map((i) => f(i, k)) }))
      const printed = scored((i, k) => -losses[i * drawn.length + k]!)
      const scores = scored((i, k) => unadapted[i]! - losses[i * drawn.length + k]!)
      const gradients = data.map((d) => meanGradient(d, c.dimension))
      return {
        environment: environment.id,
        transitions,
        data,
        subsets: drawn,
        scores,
        /** Minus the losses, as equation 5 prints them. */
        printed,
        /** Mean of Â_t·g̃_t of every task. */
        gradients,
        solved,
        x,
        distances: relative.map((r) => (c.trustRadius === "off" ? r : Math.min(r, c.trustRadius))),
        clipped: relative.filter((r) => c.trustRadius !== "off" && r > c.trustRadius).length,
        lift: p.lift,
        affinities: {
          centred: centred(scores, tasks.length),
          gain: equation5(scores, tasks.length),
          eq5: equation5(printed, tasks.length),
          cosine: gradientCosine(gradients)
        }
      }
    })
  )
})

const collect = Effect.fnUntraced(function* <C>(
  setting: Setting<C>,
  tasks: readonly Task[],
  at: Fixed,
  c: EstimateConfig,
  key: Key
) {
  const problem = {
    environment: setting.environment,
    tasks,
    policy: setting.policy,
    environmentsPerTask: Math.max(setting.vector, Math.min(32, Math.ceil(c.transitionsPerTask / 512)))
  }
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const collector = yield* setting.algorithm.collector(setting.algorithmConfig, problem)
      return yield* collector.collect(at, c.transitionsPerTask, child(key, "collect"))
    })
  )
})

const row = (x: Float64Array, k: number, d: number): Float64Array => x.subarray(k * d, (k + 1) * d)

/** Shortens every solution that leaves the trust radius to it. */
const withinRadius = (
  x: Float64Array,
  relative: readonly number[],
  radius: number | "off",
  d: number
): Float64Array => {
  if (radius === "off") return x
  return x.map((v, i) => {
    const r = relative[Math.floor(i / d)]!
    return r > radius ? (v * radius) / r : v
  })
}

/** Mean loss of a task at x = 0, the unadapted policy: log 2 · mean |Â|. */
const lossAtZero = ({ advantages }: TaskData): number => {
  let sum = 0
  for (let r = 0; r < advantages.length; r++) sum += Math.abs(advantages[r]!)
  return (Math.LN2 * sum) / advantages.length
}

/** Mean of Â_t·g̃_t: the task's policy gradient in the projected space. */
const meanGradient = ({ features, advantages }: TaskData, d: number): Float64Array => {
  const out = new Float64Array(d)
  for (let r = 0; r < advantages.length; r++) {
    for (let i = 0; i < d; i++) out[i]! += advantages[r]! * features[r * d + i]!
  }
  return out.map((v) => v / advantages.length)
}

/** The first-order check along adapted directions and as many random ones. */
export const checkFirstOrder = Effect.fn("policygradex.checkFirstOrder")(function* <C>(
  setting: Setting<C>,
  at: Fixed,
  estimated: {
    readonly transitions: readonly Transitions[]
    readonly subsets: readonly Subset[]
    readonly x: Float64Array
    readonly lift: (x: ArrayLike<number>) => Float64Array
  },
  dimension: number,
  directions: number,
  distances: readonly number[],
  key: Key
) {
  const count = Math.min(directions, estimated.subsets.length)
  const adapted = Array.from({ length: count }, (_, k) => estimated.lift(row(estimated.x, k, dimension)))
  const random = Array.from({ length: count }, (_, k) => {
    const out = new Float64Array(setting.policy.size)
    fillNormal(stream(child(key, "direction", k)), out)
    return out
  })
  const visited = estimated.transitions.map((t) => ({ ...t, count: Math.min(t.count, 1024) }))
  const run = (d: readonly Float64Array[]) => firstOrderCheck(setting.policy, at.policy, visited, d, distances)
  return { adapted: yield* run(adapted), random: yield* run(random) }
})
