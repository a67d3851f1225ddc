/** Stage: projected gradients of log π at θ★ for every transition, without ever holding the gradients. */
import { Effect, Schema, Scope } from "effect"
import { norm } from "../../../core/linalg/mod.ts"
import * as T from "../../../core/program/mod.ts"
import { child, type Floats, type Key, stream } from "../../../core/random/mod.ts"
import { FloatArray } from "../../../core/service/data.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { type RealConstructor, realOf } from "../../../core/service/real.ts"
import { type Buffer, type Executable, Session, type SessionFailure } from "../../../core/service/session.ts"
import type { Factors } from "../../../core/surrogate/internal.ts"
import {
  type DenseKind,
  denseEntries,
  denseLengths,
  densePartsTogether,
  entriesOf,
  type KroneckerBlock,
  kronecker,
  liftDense,
  liftKronecker,
  type NumberedPart
} from "../../../core/surrogate/internal.ts"
import { type DifferentiablePolicy, factorBlocks, factors, lift, project, sketch } from "../../../core/surrogate/mod.ts"
import type { SurrogateConfig } from "../../config.ts"

export type ProjectionKind = SurrogateConfig["projection"]

/** States and actions of one task. */
export const Visited = Schema.Struct({
  count: Schema.Int,
  /** `[count, policy.inputs]`. */
  observation: FloatArray,
  /** `[count, policy.actionSize]`. */
  action: FloatArray
})
export type Visited = typeof Visited.Type

/** A projection in use. */
export interface Projector {
  readonly dimension: number
  /** g̃_t = Pᵀ∇log π(a_t|s_t) of every transition, `[count, dimension]`. */
  readonly features: (theta: Floats, visited: Visited) => Effect.Effect<Floats, SessionFailure>
  /** P x of every row of `x` (`[count, dimension]`): the changes of θ that they stand for, `[p]` each. */
  readonly lift: (x: Float64Array) => readonly Float64Array[]
  /** ‖P x‖ of every row of `x` (`[count, dimension]`). */
  readonly lengths: (x: Float64Array) => Float64Array
}

/** One after another, where a lift is cheap. */
const inTurn = (lift: (x: Float64Array) => Float64Array, dimension: number): Pick<Projector, "lift" | "lengths"> => {
  const each = <A>(x: Float64Array, f: (row: Float64Array) => A): A[] =>
    Array.from({ length: x.length / dimension }, (_, k) => f(x.subarray(k * dimension, (k + 1) * dimension)))
  return { lift: (x) => each(x, lift), lengths: (x) => Float64Array.from(each(x, (row) => norm(lift(row)))) }
}

const ROWS = 512

/** Chunks of `ROWS` rows; the last is filled up with zeros, whose results nobody reads. */
const chunks = function* (visited: Visited, policy: DifferentiablePolicy, Real: RealConstructor) {
  const observation = new Real(ROWS * policy.inputs)
  const action = new Real(ROWS * policy.actionSize)
  for (let from = 0; from < visited.count; from += ROWS) {
    const rows = Math.min(ROWS, visited.count - from)
    observation.fill(0)
    action.fill(0)
    observation.set(visited.observation.subarray(from * policy.inputs, (from + rows) * policy.inputs))
    action.set(visited.action.subarray(from * policy.actionSize, (from + rows) * policy.actionSize))
    yield { from, rows, observation, action }
  }
}

const inputShapes = (policy: DifferentiablePolicy) => ({
  theta: [policy.size],
  observation: [ROWS, policy.inputs],
  action: policy.actionShape(ROWS)
})

/** Outputs `left.q` and, where there is one, `right.q` for every block q. */
const factorProgram = (policy: DifferentiablePolicy) =>
  T.program("gradient factors", inputShapes(policy), ({ theta, observation, action }) => {
    const outputs: Record<string, T.Tensor> = {}
    factors(policy, theta, observation, action).blocks.forEach(({ left, right }, q) => {
      outputs[`left.${q}`] = left
      if (right !== undefined) outputs[`right.${q}`] = right
    })
    return outputs
  })

type FactorTargets = Record<string, Floats>

/** Host arrays for the factors, and the view of them as the sketch wants it. */
const factorTargets = (policy: DifferentiablePolicy, Real: RealConstructor) => {
  const into: FactorTargets = {}
  const view = factorBlocks(policy).map((b, q): Factors => {
    const left = new Real(ROWS * b.rows)
    into[`left.${q}`] = left
    if (!b.outer) return { left }
    const right = new Real(ROWS * b.columns)
    into[`right.${q}`] = right
    return { left, right }
  })
  return { into, view }
}

const sparse = Effect.fnUntraced(function* (policy: DifferentiablePolicy, dimension: number, key: Key) {
  const session = yield* Session
  const Real = realOf(session)
  const exe = yield* session.compile(yield* fromEither(factorProgram(policy)))
  const plan = sketch(stream(child(key, "sketch")), factorBlocks(policy), dimension)
  const { into, view } = factorTargets(policy, Real)
  return {
    dimension,
    ...inTurn((x) => lift({ ...plan, size: policy.size }, x), dimension),
    features: Effect.fnUntraced(function* (theta, visited) {
      const out = new Real(visited.count * dimension)
      for (const { from, rows, observation, action } of chunks(visited, policy, Real)) {
        yield* exe.run({ theta, observation, action }, into)
        project(plan, view, rows, out, from)
        yield* Effect.yieldNow
      }
      return out
    })
  } satisfies Projector
})

/** Inputs `a.q`, `b.q` are the signs; the gradient factors never leave the session. */
const kroneckerProgram = (policy: DifferentiablePolicy, blocks: readonly KroneckerBlock[], dimension: number) => {
  const shapes: Record<string, T.Shape> = inputShapes(policy)
  blocks.forEach((b, q) => {
    shapes[`a.${q}`] = [b.rows, dimension]
    if (b.b !== undefined) shapes[`b.${q}`] = [b.columns, dimension]
  })
  return T.program("Kronecker features", shapes, (x) => {
    const parts = factors(policy, x.theta!, x.observation!, x.action!).blocks.map(({ left, right }, q) => {
      const l = T.matmul(left, x[`a.${q}`]!)
      const signs = x[`b.${q}`]
      return right === undefined || signs === undefined ? l : T.mul(l, T.matmul(right, signs))
    })
    return { features: parts.reduce((p, q) => T.add(p, q)) }
  })
}

const onFactors = Effect.fnUntraced(function* (policy: DifferentiablePolicy, dimension: number, key: Key) {
  const session = yield* Session
  const Real = realOf(session)
  const blocks = kronecker(key, factorBlocks(policy), dimension)
  const exe = yield* session.compile(yield* fromEither(kroneckerProgram(policy, blocks, dimension)))
  const signs: Record<string, Buffer> = {}
  for (const [q, b] of blocks.entries()) {
    signs[`a.${q}`] = yield* session.buffer([b.rows, dimension], b.a)
    if (b.b !== undefined) signs[`b.${q}`] = yield* session.buffer([b.columns, dimension], b.b)
  }
  const result = new Real(ROWS * dimension)
  return {
    dimension,
    ...inTurn((x) => liftKronecker(blocks, policy.size, x), dimension),
    features: Effect.fnUntraced(function* (theta, visited) {
      const out = new Real(visited.count * dimension)
      for (const { from, rows, observation, action } of chunks(visited, policy, Real)) {
        yield* exe.run({ ...signs, theta, observation, action }, { features: result })
        out.set(result.subarray(0, rows * dimension), from * dimension)
        yield* Effect.yieldNow
      }
      return out
    })
  } satisfies Projector
})

/** Adds (left ⊗ right)·P of some rows of a block to the features. */
const partProgram = (rows: number, columns: number, dimension: number) =>
  T.program(
    "dense features",
    { left: [ROWS, rows], right: [ROWS, columns], entries: [rows * columns, dimension], features: [ROWS, dimension] },
    ({ left, right, entries, features }) => {
      const outer = T.mul(T.reshape(left, [ROWS, rows, 1]), T.reshape(right, [ROWS, 1, columns]))
      return { features: T.add(features, T.matmul(T.reshape(outer, [ROWS, rows * columns]), entries)) }
    }
  )

const dense = Effect.fnUntraced(function* (
  kind: DenseKind,
  policy: DifferentiablePolicy,
  dimension: number,
  key: Key,
  held: number
) {
  const session = yield* Session
  const Real = realOf(session)
  const exe = yield* session.compile(yield* fromEither(factorProgram(policy)))
  const blocks = factorBlocks(policy)
  const projection = { kind, key, blocks, dimension }
  const rounds = densePartsTogether(blocks, dimension, held)
  const compiled = new Map<string, Executable<"left" | "right" | "entries" | "features", "features">>()
  for (const { part } of rounds.flat()) {
    const { block, rows } = part
    const name = `${rows}x${blocks[block]!.columns}`
    if (compiled.has(name)) continue
    compiled.set(name, yield* session.compile(yield* fromEither(partProgram(rows, blocks[block]!.columns, dimension))))
  }
  const { into, view } = factorTargets(policy, Real)
  const ones = new Real(ROWS).fill(1)
  const sums = yield* session.buffer([ROWS, dimension])
  const most = entriesOf(blocks, dimension)
  const entriesOfPart = ({ index, part }: NumberedPart) => {
    const shape = [part.rows * blocks[part.block]!.columns, dimension] as const
    const entries = most.subarray(0, shape[0] * dimension)
    denseEntries(kind, key, index, dimension, entries)
    return session.buffer(shape, entries)
  }
  const only = rounds.length === 1 ? rounds[0] : undefined
  const scope = yield* Effect.scope
  let kept: readonly Buffer[] | undefined
  return {
    dimension,
    lift: (x) => liftDense(projection, policy.size, x),
    lengths: (x) => denseLengths(projection, x),
    features: Effect.fnUntraced(function* (theta, visited) {
      const out = new Real(visited.count * dimension)
      for (const round of rounds) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            if (only === round) kept ??= yield* Scope.provide(Effect.forEach(round, entriesOfPart), scope)
            const entries = kept ?? (yield* Effect.forEach(round, entriesOfPart))
            for (const { from, rows, observation, action } of chunks(visited, policy, Real)) {
              yield* exe.run({ theta, observation, action }, into)
              const sofar = new Real(ROWS * dimension)
              sofar.set(out.subarray(from * dimension, (from + rows) * dimension))
              yield* session.write(sums, sofar)
              for (const [i, { part }] of round.entries()) {
                const { rows: height, columns } = blocks[part.block]!
                const { left, right } = view[part.block]!
                const some = columnsOf(left, height, part.from, part.rows, Real)
                const add = compiled.get(`${part.rows}x${columns}`)!
                const given = { left: some, right: right ?? ones, entries: entries[i]!, features: sums }
                yield* add.run(given, { features: sums })
              }
              out.set((yield* session.read(sums)).subarray(0, rows * dimension), from * dimension)
              yield* Effect.yieldNow
            }
          })
        )
      }
      return out
    })
  } satisfies Projector
})

/** 64 MB of float32. */
const HELD_ENTRIES = 16_000_000

const columnsOf = (x: ArrayLike<number>, width: number, from: number, count: number, Real: RealConstructor): Floats => {
  const out = new Real(ROWS * count)
  for (let r = 0; r < ROWS; r++) for (let c = 0; c < count; c++) out[r * count + c] = x[r * width + from + c]!
  return out
}

/**
 * A projection of this policy's gradients, P drawn by the key.
 *
 * `gaussian` and `rademacher` are dense: N·p·d multiply-adds. `kronecker` works on the factors: N·(Σ rows + columns)·d.
 * `sparse` costs N·p and has a Gaussian's distortion. A dense P of at most `held` entries is drawn once and kept in the
 * session; a larger one is drawn anew for every call, as many entries at a time. The features are the same.
 *
 * - Errors: `ArgumentError` where the policy's program does not fit; `SessionFailure` from the session.
 */
export const projector = (
  kind: ProjectionKind,
  policy: DifferentiablePolicy,
  dimension: number,
  key: Key,
  held = HELD_ENTRIES
) => {
  switch (kind) {
    case "sparse":
      return sparse(policy, dimension, key)
    case "kronecker":
      return onFactors(policy, dimension, key)
    case "gaussian":
    case "rademacher":
      return dense(kind, policy, dimension, key, held)
  }
}
