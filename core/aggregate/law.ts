/** What every combination of gradients must satisfy, and what it promises, as data: run {@link aggregatorLaws} over one of your own. */
import { child, permutation, random, stream, zeroKey } from "../random/mod.ts"
import type { Aggregator, Claim, TaskGradients } from "./aggregator.ts"
import { dot, largestSquare, times } from "./min_norm.ts"
import { gramOf, type Situation, situations } from "./situations.ts"

/** A statement that can be checked; `check` gives undefined when it holds, else the counterexample in words. */
export interface AggregatorLaw {
  readonly name: string
  readonly check: () => string | undefined
}

/** How a session computes the Gram matrix. */
interface Precision {
  readonly accuracy: number
  readonly rounded: (gram: Float64Array) => Float64Array
  /** How far off a direction may be, beside the lengths that it is made of: what solvers leave. */
  readonly tolerance: (tasks: number) => number
}

const float64: Precision = { accuracy: 2 ** -52, rounded: (gram) => gram, tolerance: () => 1e-6 }

/** What is put on the diagonal where gradients depend on each other, 16·T·accuracy, stays within the tolerance. */
const float32: Precision = {
  accuracy: 2 ** -20,
  rounded: (gram) => Float64Array.from(Float32Array.from(gram)),
  tolerance: (tasks) => 32 * tasks * 2 ** -20
}

/** The lengths that a direction is made of; of the longest gradient a Gram matrix in float64 keeps eight digits. */
const sizeOf = (tasks: number, gram: Float64Array, w: Float64Array): number => {
  const longest = Math.sqrt(largestSquare(tasks, gram))
  return w.reduce((sum, x, i) => sum + Math.abs(x) * (Math.sqrt(gram[i * tasks + i]!) + 1e-7 * longest), 0)
}

/** What one weighing is given. */
const given = (tasks: number, gram: Float64Array, accuracy = float64.accuracy): TaskGradients => ({
  tasks,
  gram,
  accuracy,
  losses: Float64Array.from({ length: tasks }, (_, i) => 1 + i),
  iteration: 0,
  stream: stream(child(zeroKey, "law", 0))
})

const weightsOf = (a: Aggregator, tasks: number, gram: Float64Array, accuracy?: number): Float64Array =>
  a.weigh(given(tasks, gram, accuracy), a.first(tasks)).weights

/** A law of each situation, by sessions of either precision. */
const everywhere = (
  name: string,
  holds: (s: Situation, gram: Float64Array, by: Precision) => string | undefined
): AggregatorLaw => ({
  name,
  check: () => {
    for (const [precision, by] of Object.entries({ float64, float32 }))
      for (const s of situations) {
        const found = holds(s, by.rounded(gramOf(s)), by)
        if (found !== undefined) return `${found}, with ${s.name} in ${precision}`
      }
    return undefined
  }
})

/** ‖Σ (v_i − w_i) g_i‖ beside Σ|w_i|‖g_i‖. */
const apart = (tasks: number, gram: Float64Array, v: Float64Array, w: Float64Array): number => {
  const difference = v.map((x, i) => x - w[i]!)
  const square = Math.max(0, dot(difference, times(tasks, gram, difference)))
  const size = sizeOf(tasks, gram, w)
  return size === 0 ? square : Math.sqrt(square) / size
}

const finite = (a: Aggregator): AggregatorLaw =>
  everywhere("weights are finite, one for each task", ({ tasks }, gram, { accuracy }) => {
    const w = weightsOf(a, tasks, gram, accuracy)
    return w.length === tasks && w.every(Number.isFinite) ? undefined : `weights ${w.join(", ")} of ${tasks} tasks`
  })

const remembered = (a: Aggregator): AggregatorLaw =>
  everywhere(
    "what is remembered is finite and keeps its lengths, and the same again gives the same",
    (s, gram, { accuracy }) => {
      const { tasks } = s
      const first = a.first(tasks)
      const x = given(tasks, gram, accuracy)
      const { state: weighed, weights } = a.weigh(x, first)
      const state = a.settle?.(x, x.losses, weighed) ?? weighed
      const names = Object.keys(first).sort().join()
      if (Object.keys(state).sort().join() !== names) return `state ${Object.keys(state).join(", ")}, was ${names}`
      for (const [name, v] of Object.entries(state)) {
        if (v.length !== first[name]?.length || !v.every(Number.isFinite)) return `state ${name} ${v.join(", ")}`
      }
      const again = a.weigh(given(tasks, gram, accuracy), first).weights
      return again.every((w, i) => Object.is(w, weights[i])) ? undefined : `weights ${again.join(", ")}, then others`
    }
  )

const one = (a: Aggregator): AggregatorLaw => ({
  name: "the direction of one task alone is along its gradient",
  check: () => {
    const [w = 0] = weightsOf(a, 1, Float64Array.of(4))
    return w > 0 ? undefined : `weight ${w}`
  }
})

const equalTasks = (a: Aggregator): AggregatorLaw => ({
  name: "the direction of equal gradients is along them",
  check: () => {
    const w = weightsOf(a, 3, new Float64Array(9).fill(4))
    return w[0]! + w[1]! + w[2]! > 0 ? undefined : `weights ${w.join(", ")}`
  }
})

/** What a learner leaves out where the weights are said not to go by it. */
const blind = (a: Aggregator): readonly AggregatorLaw[] => {
  if (a.by === "gradients") return []
  const hidden = {
    gram: new Float64Array(9).fill(Number.NaN),
    ...(a.by === "tasks" ? { losses: new Float64Array(3).fill(Number.NaN) } : {})
  }
  return [
    {
      name: `weights go by ${a.by} alone`,
      check: () => {
        const x = given(3, Float64Array.of(4, 1, 0, 1, 9, -2, 0, -2, 1))
        const [seen, unseen] = [x, { ...x, ...hidden }].map((y) => a.weigh(y, a.first(3)).weights)
        return seen!.every((w, i) => Object.is(w, unseen![i])) ? undefined : `weights ${unseen!.join(", ")}`
      }
    }
  ]
}

/** What a claim says. */
const promised: Readonly<Record<Claim, (a: Aggregator) => AggregatorLaw>> = {
  identity: (a) => ({
    name: "the direction of one task alone is its gradient",
    check: () => {
      const [w = 0] = weightsOf(a, 1, Float64Array.of(4))
      return Math.abs(w - 1) <= 1e-6 ? undefined : `weight ${w}`
    }
  }),
  "non-conflicting": (a) =>
    everywhere("the direction conflicts with no task", ({ tasks }, gram, { accuracy, tolerance }) => {
      const w = weightsOf(a, tasks, gram, accuracy)
      const products = times(tasks, gram, w)
      const size = sizeOf(tasks, gram, w)
      const odd = products.findIndex((p, i) => p < -tolerance(tasks) * size * Math.sqrt(gram[i * tasks + i]!))
      return odd < 0 ? undefined : `⟨g, d⟩ is ${products[odd]} of task ${odd}`
    }),
  "permutation-invariant": (a) =>
    everywhere("the order of the tasks makes no difference", ({ tasks }, gram, { accuracy, tolerance }) => {
      const order = permutation(stream(child(zeroKey, "order", tasks)), tasks)
      const moved = Float64Array.from(gram, (_, p) => gram[order[Math.floor(p / tasks)]! * tasks + order[p % tasks]!]!)
      const x = given(tasks, moved, accuracy)
      const w = a.weigh({ ...x, losses: x.losses.map((_, i) => 1 + order[i]!) }, a.first(tasks)).weights
      const back = new Float64Array(tasks)
      for (let i = 0; i < tasks; i++) back[order[i]!] = w[i]!
      const miss = apart(tasks, gram, back, weightsOf(a, tasks, gram, accuracy))
      return miss <= tolerance(tasks) ? undefined : `directions are ${miss} apart`
    }),
  "linear-under-scaling": (a) =>
    everywhere("the direction is linear in each gradient's scale", ({ tasks }, gram, { accuracy, tolerance }) => {
      if (!(largestSquare(tasks, gram) > 0)) return undefined
      const s = stream(child(zeroKey, "scale"))
      const [c, d] = [Float64Array.from({ length: tasks }, () => random(s)), new Float64Array(tasks)]
      for (let i = 0; i < tasks; i++) d[i] = random(s)
      const scaled = (by: Float64Array): Float64Array => {
        const own = gram.map((g, p) => g * by[Math.floor(p / tasks)]! * by[p % tasks]!)
        return weightsOf(a, tasks, own, accuracy).map((w, i) => w * by[i]!)
      }
      const [x, y] = [scaled(c), scaled(d)]
      const both = scaled(c.map((v, i) => 0.3 * v + 0.7 * d[i]!))
      const miss = apart(
        tasks,
        gram,
        x.map((v, i) => 0.3 * v + 0.7 * y[i]!),
        both
      )
      return miss <= tolerance(tasks) ? undefined : `directions are ${miss} apart`
    })
}

/**
 * The laws of an aggregator: that weights and what is remembered are finite whatever the gradients (none, equal, opposite, nearly
 * dependent, many, tiny, huge), and what it claims.
 *
 * - Source: the named properties are those of Quinton and Rey, arXiv:2406.16232, definitions 1 to 3; the situations those that TorchJD
 *   tests.
 */
export const aggregatorLaws = (a: Aggregator): readonly AggregatorLaw[] => [
  finite(a),
  remembered(a),
  one(a),
  equalTasks(a),
  ...blind(a),
  ...a.claims.map((claim) => promised[claim](a))
]
