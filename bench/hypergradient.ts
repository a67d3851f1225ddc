/** Both sides of one hypergradient of BO-MRL: the same numbers for both, so that answers can be compared. */
import { Effect } from "effect"
import { solver } from "../algorithms/bilevel/adaptation.ts"
import { defaults } from "../algorithms/bilevel/config.ts"
import type { InnerProblem } from "../algorithms/bilevel/inner_problem.ts"
import { outer } from "../algorithms/bilevel/outer.ts"
import { makePolicy } from "../algorithms/mod.ts"
import { evaluate, program } from "../core/program/mod.ts"
import { Session } from "../core/service/session.ts"
import type { Space } from "../envs/mod.ts"
import type { MakeSession } from "./sides.ts"
import type { Opponent, Side } from "./suite.ts"
import { failed, made, type Stopwatch, secondsPerRun } from "./timing.ts"

/** A policy of two hidden layers, and the transitions of one task's rollouts before and after adaptation. */
export interface HypergradientSize {
  readonly observation: number
  readonly hidden: number
  readonly action: number
  readonly transitions: number
  /** The linear system's relative residual, at which conjugate gradients stop. */
  readonly tolerance: number
}

/** Numbers in (−1, 1) without pattern; the peer has the same formula. */
const numbers = (count: number, salt: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => {
    const x = Math.sin(12.9898 * (i % 9973) + 78.233 * salt + 0.37 * Math.floor(i / 9973)) * 43758.5453
    return 2 * (x - Math.floor(x)) - 1
  })

const box = (n: number): Space => ({
  _tag: "Box",
  low: new Array<number>(n).fill(-Infinity),
  high: new Array<number>(n).fill(Infinity),
  names: Array.from({ length: n }, (_, i) => `x${i}`),
  units: new Array<string>(n).fill(""),
  dtype: "float64"
})

/** How many of the gradient's numbers are compared, beside its length. */
const COMPARED = 4

const dataOf = ({ policy, n }: InnerProblem, theta: Float64Array, salt: number) => {
  const observation = numbers(n * policy.inputs, salt)
  const action = numbers(n * policy.actionSize, salt + 1)
  return Effect.map(
    made(
      program("own", { theta: [policy.size], observation: [n, policy.inputs], action: policy.actionShape(n) }, (x) => ({
        logProb: policy.logProb(x.theta, x.observation, x.action).logProb
      }))
    ),
    (own) => {
      const { logProb } = evaluate(own, { theta, observation, action })
      return { observation, action, logProb, advantage: numbers(n, salt + 2) }
    }
  )
}

/** Our side alone. */
export const hypergradientSide = (
  make: MakeSession,
  { observation, hidden, action, transitions, tolerance }: HypergradientSize,
  watch: Stopwatch = secondsPerRun
): Side =>
  Effect.gen(function* () {
    const session = yield* make
    const network = { layers: 2, width: hidden, activation: "tanh", taskOneHot: false } as const
    const policy = yield* made(makePolicy({ observation: box(observation), action: box(action) }, network))
    const config = { ...defaults, hypergradient: { ...defaults.hypergradient, tolerance } }
    const problem: InnerProblem = { config, policy, n: transitions }
    const phi = numbers(policy.size, 1).map((x) => 0.15 * x)
    const adapted = numbers(policy.size, 2).map((x, i) => phi[i]! + 0.01 * x)
    const [before, after] = [yield* dataOf(problem, phi, 3), yield* dataOf(problem, adapted, 7)]
    const hypergradients = yield* Effect.provideService(
      Effect.gen(function* () {
        const theta = yield* session.buffer([1, policy.size], adapted)
        const adapting = yield* solver(problem, 1, theta)
        yield* adapting.keep(before)
        yield* session.write(adapting.phi, phi)
        const place = { phi: adapting.phi, inner: { theta, start: () => Effect.void, learner: { adapting } }, after }
        return (yield* outer(problem, [{ id: "one", params: {} }], place)).hypergradients
      }),
      Session,
      session
    )
    return Effect.gen(function* () {
      const seconds = yield* watch(hypergradients)
      const { gradients, norms } = yield* hypergradients
      return { value: 1e3 * seconds, answers: [norms[0]!, ...gradients[0]!.slice(0, COMPARED)] }
    }).pipe(Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

/** PyTorch's torch.func on the same numbers. */
export const hypergradientPeer = (size: HypergradientSize): Opponent => ({
  peer: "torch.func",
  goal: 1,
  ask: {
    work: "bilevel_hypergradient",
    args: {
      ...size,
      weight: defaults.inner.lambda,
      damping: defaults.hypergradient.damping,
      iterations: defaults.hypergradient.iterations,
      compared: COMPARED
    }
  }
})
