/** Our side of comparisons, on a session of the suite's choice. */
import { Effect, type Scope } from "effect"
import { makePolicy } from "../algorithms/mod.ts"
import { fillIntegers, fillNormal, stream, zeroKey } from "../core/random/mod.ts"
import { type Buffer, Session, type SessionService } from "../core/service/session.ts"
import { cartPole } from "../envs/cartpole/cartpole.ts"
import { type ProjectionKind, projector } from "../pipeline/stages/surrogate/features.ts"
import { type Product, product, type StepProgram } from "./programs.ts"
import type { Side } from "./suite.ts"
import { failed, made, type Stopwatch, secondsPerRun } from "./timing.ts"

/** How a session is made: anew for each side, which frees all it holds. */
export type MakeSession = Effect.Effect<SessionService, { readonly message: string }, Scope.Scope>

/** Runs a program over and over: all it reads and writes stays in the session, as in training. */
export const programSide = (
  make: MakeSession,
  program: () => StepProgram,
  figure: (seconds: number) => number,
  watch: Stopwatch = secondsPerRun
): Side =>
  Effect.gen(function* () {
    const session = yield* make
    const step = yield* made(program())
    const executable = yield* session.compile(step.program)
    const buffers: Record<string, Buffer> = {}
    for (const [name, values] of Object.entries(step.inputs)) {
      buffers[name] = yield* session.buffer(step.program.inputs[name]!.shape, values)
    }
    const into: typeof buffers = {}
    for (const [output, { shape }] of Object.entries(step.program.outputs)) {
      into[output] = buffers[output] ?? (yield* session.buffer(shape))
    }
    const once = executable.run(buffers, into)
    return Effect.map(watch(once), (t) => ({ value: figure(t) })).pipe(Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

/** GFLOP/s of a matrix product. */
export const productSide = (make: MakeSession, what: Product): Side =>
  programSide(
    make,
    () => product(what),
    (seconds) => (2e-9 * what.m * what.k * what.n) / seconds
  )

/** What is projected to features, and to how many numbers each. */
export interface Features {
  /** Hidden layers of `width` units of a CartPole policy. */
  readonly layers: number
  readonly width: number
  readonly batch: number
  readonly d: number
}

/** Transitions a second that become features by this projection, `batch` of them at one θ. */
export const featureSide = (make: MakeSession, kind: ProjectionKind, { layers, width, batch, d }: Features): Side =>
  Effect.gen(function* () {
    const session = yield* make
    const policy = yield* made(makePolicy(cartPole, { layers, width, activation: "tanh", taskOneHot: false }))
    const projection = yield* Effect.provideService(projector(kind, policy, d, zeroKey), Session, session)
    const theta = policy.init(zeroKey)
    const observation = new Float32Array(batch * policy.inputs)
    fillNormal(stream(zeroKey), observation)
    const action = new Float64Array(batch)
    fillIntegers(stream(zeroKey), 0, 2, action)
    const run = projection.features(theta, { count: batch, observation, action })
    return Effect.map(secondsPerRun(run, 0.5), (seconds) => ({ value: batch / seconds })).pipe(Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))
