/** What the tests of algorithms share. */
import assert from "node:assert/strict"
import { Effect, type Scope } from "effect"
import * as E from "fp-ts/lib/Either.js"
import {
  type LawGround,
  type Learner,
  type NetworkConfig,
  type Policy,
  ppo,
  type State,
  type TrainingProblem
} from "../../algorithms/mod.ts"
import type { Session } from "../../core/service/session.ts"
import { cartPole, type Environment } from "../../envs/mod.ts"
import { layer as doubles } from "../../plugins/sessions/reference.ts"
import { layer } from "../../plugins/sessions/wasm/mod.ts"
import { close } from "../core/program/support.ts"

export const right = <A>(either: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(either)) throw new Error(either.left.message)
  return either.right
}

/** Runs in a fresh WebAssembly session. */
export const inSession = <A, Err>(effect: Effect.Effect<A, Err, Session | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(layer())))

/** Runs in float64. */
export const inDoubles = <A, Err>(effect: Effect.Effect<A, Err, Session | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(doubles)))

/** That changes are equal to 1e-6 of the largest of them. */
export const closeBeside = (changed: readonly number[], want: readonly number[], what: string): void => {
  const most = Math.max(...want.map(Math.abs))
  assert.ok(most > 0, `${what} did not change`)
  close(
    changed.map((x) => x / most),
    want.map((x) => x / most),
    1e-6,
    what
  )
}

/** Where most laws of algorithms are checked. */
export const twoPoles: LawGround = {
  environment: cartPole,
  tasks: [
    { id: "short", params: { length: 0.3 } },
    { id: "long", params: { length: 1 } }
  ]
}

export const small: NetworkConfig = { layers: 1, width: 16, activation: "tanh", taskOneHot: false }

/** One task of an environment, with a policy for it. */
export const problemOf = (
  environment: Environment,
  change: Partial<TrainingProblem> & { readonly network?: Partial<NetworkConfig> } = {}
): TrainingProblem => {
  const { network, ...rest } = change
  const policy: Policy = right(ppo.makePolicy(environment, { ...small, ...network }))
  return {
    environment,
    tasks: [{ id: "only", params: {} }],
    policy,
    environmentsPerTask: 8,
    stepsPerTask: 256,
    iterations: 20,
    ...rest
  }
}

/** The state after some iterations. */
export const train = Effect.fnUntraced(function* (learner: Learner, from: State, iterations: number) {
  let state = from
  for (let i = 0; i < iterations; i++) state = (yield* learner.iterate(state)).state
  return state
})
