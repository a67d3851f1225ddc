/**
 * What every algorithm must satisfy, as data: run {@link algorithmLaws} over a contributed record in any test runner
 * and with any session. The package's own records are held to the same laws.
 */

import { Effect, type Scope } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Aggregator } from "../core/aggregate/mod.ts"
import { child, zeroKey } from "../core/random/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import type { Session } from "../core/service/session.ts"
import type { Environment } from "../envs/mod.ts"
import type { Algorithm, Learner, SavedState, State, TrainingProblem, Transitions } from "./algorithm.ts"
import type { LearnerError } from "./error.ts"
import type { Normalise } from "./policy.ts"

/** A statement that can be checked; `check` gives undefined when it holds, else the counterexample in words. */
export interface AlgorithmLaw {
  readonly name: string
  readonly check: Effect.Effect<string | undefined, LearnerError, Session | Scope.Scope>
}

/** Where the laws are checked: two tasks whose episodes last some 10 to 50 steps under a random policy. */
export interface LawGround {
  readonly environment: Environment
  readonly tasks: readonly [LawTask, LawTask]
  /** What is normalised; nothing by default. */
  readonly normalise?: Normalise
  /** What the tasks' gradients become; nothing by default. */
  readonly aggregator?: Aggregator
}

type LawTask = TrainingProblem["tasks"][number]

/**
 * The laws of an algorithm, checked with its defaults.
 *
 * @example
 * ```ts
 * import { algorithms, envs } from "policygradex"
 *
 * const [a, b] = [{ id: "a", params: {} }, { id: "b", params: { length: 1 } }]
 * const laws = algorithms.algorithmLaws(algorithms.ppo, { environment: envs.cartPole, tasks: [a, b] })
 * laws.length // => 11
 * ```
 */
export const algorithmLaws = <C>(algorithm: Algorithm<C>, ground: LawGround): readonly AlgorithmLaw[] => {
  const { environment, tasks, normalise, aggregator } = ground
  const ids = tasks.map((t) => t.id)
  const policyOf = (taskOneHot: boolean) => {
    const plain = { layers: 1, width: 8, activation: "tanh", taskOneHot } as const
    const network = normalise === undefined ? plain : { ...plain, normalise }
    // In another order than the tasks, so that a position mistaken for a task shows.
    return fromEither(algorithm.makePolicy(environment, network, ids.toReversed()))
  }
  const problem = Effect.fn(function* (change: Partial<TrainingProblem> = {}) {
    const policy = yield* policyOf(true)
    const small = { environment, tasks, policy, environmentsPerTask: 2, stepsPerTask: 64, iterations: 4 }
    return { ...small, ...(aggregator === undefined ? {} : { aggregator }), ...change } satisfies TrainingProblem
  })
  const ready = (change: Partial<TrainingProblem> = {}) =>
    Effect.flatMap(problem(change), (p) => algorithm.learner(algorithm.defaults, p))

  return [
    {
      name: "equal keys give equal trainings, bit for bit, in two learners",
      check: Effect.gen(function* () {
        const [a, b] = [yield* ready(), yield* ready()]
        const first = yield* run(a, yield* a.init(child(zeroKey, 1)), 2)
        return difference(first, yield* run(b, yield* b.init(child(zeroKey, 1)), 2))
      })
    },
    {
      name: "another key gives another training",
      check: Effect.gen(function* () {
        const l = yield* ready()
        const [a, b] = [yield* l.init(child(zeroKey, 1)), yield* l.init(child(zeroKey, 2))]
        const theta = { policy: a.policy, value: a.value }
        const same = yield* l.init(child(zeroKey, 2), theta)
        if (difference(a, b) === undefined) return "two keys give one first state"
        // Parameters apart: the key must decide episodes, actions and minibatches too.
        return equal((yield* run(l, a, 1)).policy, (yield* run(l, same, 1)).policy)
          ? "the key decides parameters only"
          : undefined
      })
    },
    {
      name: "run(n + m) = run(m) ∘ load ∘ save ∘ run(n), bit for bit",
      check: Effect.gen(function* () {
        const [a, b] = [yield* ready(), yield* ready()]
        const half = yield* run(a, yield* a.init(zeroKey), 2)
        const loaded = yield* fromEither(b.load(copy(a.save(half))))
        return difference(yield* run(a, half, 2), yield* run(b, loaded, 2))
      })
    },
    {
      name: "a state stays as it was given out, and can be gone on from twice",
      check: Effect.gen(function* () {
        const l = yield* ready()
        const s = yield* run(l, yield* l.init(zeroKey), 1)
        const before = copy(l.save(s))
        const once = yield* run(l, s, 2)
        if (difference(s, yield* fromEither(l.load(before))) !== undefined)
          return "iterate() changed the state it was given"
        return difference(once, yield* run(l, s, 2))
      })
    },
    {
      name: "a state of another training is refused, with both named",
      check: Effect.gen(function* () {
        const [a, b] = [yield* ready(), yield* ready({ stepsPerTask: 32 })]
        const loaded = b.load(a.save(yield* a.init(zeroKey)))
        if (E.isRight(loaded)) return "accepted"
        const { want, got } = loaded.left
        return want !== got && got.includes("64") && want.includes("32") ? undefined : loaded.left.message
      })
    },
    {
      name: "check() refuses what learner() refuses, and nothing else",
      check: Effect.gen(function* () {
        const { check } = algorithm
        if (check === undefined) return undefined
        for (const change of [{}, { stepsPerTask: 2, iterations: 1 }, { stepsPerTask: 63 }, { stepsPerTask: 0 }]) {
          const p = yield* problem(change)
          const refused = E.isLeft(check(algorithm.defaults, p))
          const failed = yield* Effect.match(Effect.scoped(algorithm.learner(algorithm.defaults, p)), {
            onSuccess: () => false,
            onFailure: () => true
          })
          if (refused !== failed)
            return `${refused ? "refuses" : "takes"} ${JSON.stringify(change)}, which learner() does not`
        }
        return undefined
      })
    },
    {
      name: "a training starts at the parameters it is given",
      check: Effect.gen(function* () {
        const l = yield* ready()
        const given = yield* l.init(child(zeroKey, 7))
        const s = yield* l.init(zeroKey, { policy: given.policy, value: given.value })
        if (!equal(s.policy, given.policy) || !equal(s.value, given.value)) return "other parameters"
        return yield* Effect.match(l.init(zeroKey, { policy: given.policy.slice(1) }), {
          onSuccess: () => "accepted a policy of another size",
          onFailure: () => undefined
        })
      })
    },
    {
      name: "rows name the tasks in order, count their steps and are finite",
      check: Effect.gen(function* () {
        const l = yield* ready()
        const { rows, steps, state } = yield* l.iterate(yield* l.init(zeroKey))
        const named = rows.map((r) => r.task).join()
        if (named !== ids.join()) return `tasks ${named}`
        if (steps !== 128 || state.steps !== 128 || state.iteration !== 1) return `${steps} steps of 128`
        const odd = rows.flatMap((r) => Object.entries(r.metrics)).find(([, x]) => !Number.isFinite(x))
        return odd === undefined ? undefined : `${odd[0]} is ${odd[1]}`
      })
    },
    {
      name: "transitions repeat for equal keys, their rewards add up to the returns, and nothing has value past an end",
      check: Effect.gen(function* () {
        const p = yield* problem()
        const l = yield* algorithm.learner(algorithm.defaults, p)
        const at = yield* l.init(zeroKey)
        const c = yield* algorithm.collector(algorithm.defaults, p)
        const [a, b] = [yield* c.collect(at, 101, zeroKey), yield* c.collect(at, 101, zeroKey)]
        for (const [i, t] of a.entries()) {
          if (t.count !== 102) return `${t.count} rows for 101 steps of 2 environments`
          if (!equal(t.observation, b[i]!.observation) || !equal(t.advantage, b[i]!.advantage)) return "not repeatable"
          const returns = returnsOf(t)
          if (returns.length === 0 || !equal(returns, t.episodes.returns)) return "returns that are no sums of rewards"
          const past = t.terminated.findIndex((x, row) => x === 1 && t.nextValue[row] !== 0)
          if (past >= 0) return `row ${past} ends and still has a future`
        }
        return undefined
      })
    },
    {
      name: "a policy that is told its task acts at the start as the one it was widened from, and is worth as much",
      check: Effect.gen(function* () {
        // No policy is told nothing whose rewards are normalised by task.
        if (algorithm.widen === undefined || normalise?.reward === "perTask") return undefined
        const told = yield* problem()
        const plain = { ...told, policy: yield* policyOf(false) }
        const from = yield* (yield* algorithm.learner(algorithm.defaults, plain)).init(zeroKey)
        const at = yield* fromEither(algorithm.widen(algorithm.defaults, plain.policy, from, ids.length))
        const start = yield* (yield* algorithm.learner(algorithm.defaults, told)).init(child(zeroKey, 1), at)
        const a = yield* (yield* algorithm.collector(algorithm.defaults, plain)).collect(from, 101, zeroKey)
        const b = yield* (yield* algorithm.collector(algorithm.defaults, told)).collect(start, 101, zeroKey)
        for (const part of ["action", "logProb", "reward", "value", "advantage"] as const)
          if (a.some((t, i) => !equal(t[part], b[i]![part]))) return `${part} differs`
        return undefined
      })
    },
    {
      name: "adaptation, where there is one, repeats for equal keys, and 0 steps leave θ as it is",
      check: Effect.gen(function* () {
        if (algorithm.adapter === undefined) return undefined
        const p = yield* problem()
        const l = yield* algorithm.learner(algorithm.defaults, p)
        const at = yield* l.init(zeroKey)
        const { adapt } = yield* algorithm.adapter(algorithm.defaults, p)
        const [a, b] = [yield* adapt(at, 2, zeroKey), yield* adapt(at, 2, zeroKey)]
        if (a.map((x) => x.task).join() !== ids.join()) return `tasks ${a.map((x) => x.task).join()}`
        if (a.some((x, i) => !equal(x.policy, b[i]!.policy))) return "not repeatable"
        if (a.some((x) => x.rollouts.length !== 3 || equal(x.policy, at.policy))) return "two steps that are none"
        return (yield* adapt(at, 0, zeroKey)).every((x) => equal(x.policy, at.policy)) ? undefined : "0 steps moved θ"
      })
    }
  ]
}

const run = Effect.fnUntraced(function* (l: Learner, state: State, iterations: number) {
  let s = state
  for (let i = 0; i < iterations; i++) s = (yield* l.iterate(s)).state
  return s
})

/** As it comes back from a store: new arrays, new text. */
const copy = (s: SavedState): SavedState => ({
  json: JSON.stringify(JSON.parse(s.json)),
  arrays: Object.fromEntries(Object.entries(s.arrays).map(([name, x]) => [name, x.slice()]))
})

const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]))

/** Sums of rewards of the episodes that ended, in the order in which they did. */
const returnsOf = (t: Transitions): readonly number[] => {
  const sums = new Float64Array(t.environments)
  const ended: number[] = []
  for (let row = 0; row < t.count; row++) {
    const e = row % t.environments
    sums[e]! += t.reward[row]!
    if (t.terminated[row]! + t.truncated[row]! === 0) continue
    ended.push(sums[e]!)
    sums[e] = 0
  }
  return ended
}

/** What two states do not share, in words. */
const difference = (a: State, b: State): string | undefined => {
  for (const name of ["policy", "value", "observation"] as const) if (!equal(a[name], b[name])) return `${name} differs`
  if (!equal(a.moments ?? [], b.moments ?? [])) return "moments differ"
  for (const [name, x] of Object.entries(a.arrays)) if (!equal(x, b.arrays[name] ?? [])) return `${name} differs`
  for (const name of ["iteration", "steps", "environments", "streams"] as const) {
    if (JSON.stringify(a[name]) !== JSON.stringify(b[name])) return `${name} differs`
  }
  return undefined
}
